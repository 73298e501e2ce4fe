import type { DocumentPlace, TimelineSite } from "../../../server/src/lsp/protocol.js";
import type { Controls } from "./view/controls.js";
import type { TimelineTexts } from "./view/texts.js";
import type { Viewport } from "./view/viewport.js";

/** From the extension to the panel's own script. */
export type ToView =
  /** Where and in which words; then what is simulated. */
  | { readonly kind: "site"; readonly site: TimelineSite; readonly texts: TimelineTexts }
  /** The code has changed so that nothing starts there any more. */
  | { readonly kind: "gone"; readonly texts: TimelineTexts };

/** From the panel's own script to the extension. */
export type ToExtension =
  | { readonly kind: "ready" }
  /** Asks the user where to save the text. */
  | { readonly kind: "save"; readonly fileName: string; readonly text: string }
  /** Shows the code. */
  | { readonly kind: "reveal" };

/** What the editor keeps of a panel while its window is loaded again. */
export interface KeptState {
  readonly place: DocumentPlace;
  readonly controls: Controls;
  readonly viewport: Viewport | undefined;
}
