"""The requests and notifications of the protocol that the language server answers."""

from lsprotocol import types

from .server import Language

ON_SAVE = "canonicalOnSave"
"""The initialization option by which an editor's user has files not be rewritten at a save."""
_WATCHED = "**/*.{sql,toml,json,jsonc}"


def register(language: Language) -> None:
    """Have a language server answer."""
    _follow(language)
    _rewrite(language)
    _explain(language)


def _follow(language: Language) -> None:
    """Have it know what is opened, saved and closed."""
    server = language.server

    @server.feature(types.INITIALIZED)
    def initialized(_: types.InitializedParams) -> None:
        workspace = server.client_capabilities.workspace
        watching = workspace.did_change_watched_files if workspace is not None else None
        if watching is not None and watching.dynamic_registration:
            watchers = [types.FileSystemWatcher(glob_pattern=_WATCHED)]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers=watchers)
            name = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
            asked = types.Registration(id=name, method=name, register_options=options)
            server.client_register_capability(types.RegistrationParams(registrations=[asked]))

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        language.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        language.look(params.text_document.uri)

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def changed(_: types.DidChangeWatchedFilesParams) -> None:
        language.look_again()

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        language.forget(params.text_document.uri)


def _rewrite(language: Language) -> None:
    """Have it make documents canonical."""
    server = language.server
    on_save = True

    @server.feature(types.INITIALIZE)
    def initialize(params: types.InitializeParams) -> None:
        nonlocal on_save
        given = params.initialization_options
        on_save = not isinstance(given, dict) or given.get(ON_SAVE) is not False

    @server.feature(types.TEXT_DOCUMENT_FORMATTING)
    async def formatting(params: types.DocumentFormattingParams) -> list[types.TextEdit] | None:
        return await language.format(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_WILL_SAVE_WAIT_UNTIL)
    async def saving(params: types.WillSaveTextDocumentParams) -> list[types.TextEdit] | None:
        return await language.format(params.text_document.uri, saving=True) if on_save else None


def _explain(language: Language) -> None:
    """Have it say what is in documents."""
    server = language.server

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def hover(params: types.HoverParams) -> types.Hover | None:
        return await language.names.hover(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: types.DefinitionParams) -> list[types.Location]:
        return await language.names.definition(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_DECLARATION)
    async def declaration(params: types.DeclarationParams) -> list[types.Location]:
        return await language.names.declaration(params.text_document.uri, params.position)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbols(params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return await language.symbols(params.text_document.uri)
