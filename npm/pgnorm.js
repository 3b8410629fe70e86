#!/usr/bin/env node
// Runs pgnorm, a Python program, of the version of this package: by uvx, by pipx, or in an environment of its own.
"use strict";

const { spawn, spawnSync } = require("node:child_process");
const { createHash } = require("node:crypto");
const { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const tty = require("node:tty");
const { version } = require("./package.json");

// What is installed: PGNORM_SPEC names something else, such as a wheel or `pgnorm[pg15]==VERSION`.
const spec = absolute(process.env.PGNORM_SPEC || `pgnorm==${version}`);
const words = process.argv.slice(2);
// Python obeys no file of the working directory, which can be anybody's; pipx has it run with -m there.
process.env.PYTHONSAFEPATH = "1";
const UV = "https://docs.astral.sh/uv";

function fail(message, hint) {
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`);
  process.exit(2);
}

// A file or folder, with extras behind it or not, means the same wherever it is named from.
function absolute(wanted) {
  const [, file, extras] = /^(.*?)(\[[^\]]*\])?$/s.exec(wanted);
  const local = !file.includes("@") && !file.includes("://") && /^\.|\/|\.(whl|zip|tar\.\w+)$/.test(file);
  return local ? path.resolve(file) + (extras || "") : wanted;
}

function works(command, ...args) {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

function cache() {
  if (process.env.PGNORM_NPM_DIR) return process.env.PGNORM_NPM_DIR;
  if (process.platform === "darwin") return path.join(os.homedir(), "Library", "Caches", "pgnorm", "npm");
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "pgnorm", "npm");
}

// An environment of its own, made once: elsewhere, and moved to its place as a whole, so that two at once don't meet.
function installed() {
  const digest = createHash("sha256").update(spec).digest("hex").slice(0, 16);
  const home = path.join(cache(), `${path.basename(spec).replace(/[^\w.]+/g, "-")}-${digest}`);
  const run = [path.join(home, "bin", "python"), "-I", "-m", "pgnorm"];
  if (existsSync(home)) return run;
  const enough = "import sys; sys.exit(sys.version_info < (3, 11))";
  const python = ["python3", "python"].find((each) => works(each, "-I", "-c", enough));
  if (!python) fail("pgnorm needs uv, pipx, or Python 3.11 or later, and none is on the PATH", `Install uv: ${UV}`);
  process.stderr.write(`Installing ${spec} …\n`);
  mkdirSync(cache(), { recursive: true });
  const made = mkdtempSync(path.join(cache(), "making-"));
  const pip = [path.join(made, "bin", "python"), "-I", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", spec];
  try {
    for (const [command, ...args] of [[python, "-I", "-m", "venv", made], pip]) {
      if (spawnSync(command, args, { stdio: ["ignore", 2, 2] }).status !== 0) {
        rmSync(made, { recursive: true, force: true });
        fail(`${spec} could not be installed`, `See what is said above. With uv no environment is made: ${UV}`);
      }
    }
    renameSync(made, home);
  } catch (error) {
    rmSync(made, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  return run;
}

function command() {
  const wanted = process.env.PGNORM_NPM_RUNNER;
  if (wanted && !["uvx", "pipx", "venv"].includes(wanted)) {
    fail(`PGNORM_NPM_RUNNER=${wanted} is no way to run it`, "Name uvx, pipx or venv.");
  }
  if (wanted ? wanted === "uvx" : works("uvx", "--version")) return ["uvx", "--quiet", "--from", spec, "pgnorm"];
  if (wanted ? wanted === "pipx" : works("pipx", "--version")) return ["pipx", "run", "--quiet", "--spec", spec, "pgnorm"];
  return installed();
}

const [program, ...args] = command();
const child = spawn(program, [...args, ...words], { stdio: "inherit" });
const hint = path.isAbsolute(program) ? `Remove ${path.dirname(path.dirname(program))} and run it again.` : `Install uv: ${UV}`;
child.on("error", (error) => fail(`${program} can't be run: ${error.message}`, hint));
// Ctrl-C in a terminal reaches the child by itself; all else is sent to us alone.
const inTerminal = [0, 1, 2].some((descriptor) => tty.isatty(descriptor));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !inTerminal) child.kill(signal);
  });
}
child.on("exit", (code, signal) => process.exit(signal ? 128 + os.constants.signals[signal] : code));
