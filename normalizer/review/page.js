"use strict";
(() => {
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const entries = [...document.querySelectorAll(".item")].map((node) => [node, node.textContent.toLowerCase()]);
  const search = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    let all = 0;
    for (const [node, text] of entries) {
      const hit = words.every((word) => text.includes(word));
      const counts = !node.closest("nav");
      node.hidden = !hit;
      all += counts;
      count += counts && hit;
    }
    found.textContent = words.length ? `${count} of ${all} entries` : "";
  };
  let waiting = 0;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, 120);
  });
  field.closest(".search").hidden = false;
  if (field.value) search();

  for (const body of document.querySelectorAll("tbody.fold")) {
    const holder = document.createElement("tbody");
    const cell = holder.insertRow().insertCell();
    const button = document.createElement("button");
    cell.colSpan = 4;
    button.type = "button";
    button.textContent = `Show ${body.dataset.lines} that stay as they are`;
    button.addEventListener("click", () => {
      holder.remove();
      body.classList.remove("folded");
      body.tabIndex = -1;
      body.focus();
    });
    cell.append(button);
    holder.className = "unfold";
    body.before(holder);
    body.classList.add("folded");
  }

  const closed = new Set();
  addEventListener("beforeprint", () => {
    for (const node of document.querySelectorAll("details:not([open])")) {
      closed.add(node);
      node.open = true;
    }
  });
  addEventListener("afterprint", () => {
    for (const node of closed) node.open = false;
    closed.clear();
  });
})();
