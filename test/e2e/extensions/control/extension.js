const { DiagnosticSeverity, Range, languages, workspace } = require("vscode");

/** Marks the first line of each open Python file as soon as it is activated: how long that takes is the editor's own time. */
exports.activate = () => {
  const marks = languages.createDiagnosticCollection("control");
  const mark = (document) => {
    if (document.languageId !== "python") return;
    const message = "the editor has come this far";
    marks.set(document.uri, [{ range: new Range(0, 0, 0, 3), message, severity: DiagnosticSeverity.Error }]);
  };
  workspace.textDocuments.forEach(mark);
  workspace.onDidOpenTextDocument(mark);
};
