import { ColorThemeKind, type Disposable, window } from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { type Theme, themeNotification } from "../../server/src/lsp/protocol.js";

/** The kind of colours that the window has now. */
export function currentTheme(): Theme {
  switch (window.activeColorTheme.kind) {
    case ColorThemeKind.Light:
      return "light";
    case ColorThemeKind.HighContrastLight:
      return "high-contrast-light";
    case ColorThemeKind.HighContrast:
      return "high-contrast-dark";
    default:
      return "dark";
  }
}

/** Tells the server of each change, for what it draws. */
export function followTheme(client: BaseLanguageClient): Disposable {
  return window.onDidChangeActiveColorTheme(() => {
    client.sendNotification(themeNotification, { theme: currentTheme() }).catch(() => {
      // A stopped client needs no news; a restarted one introduces itself anew.
    });
  });
}
