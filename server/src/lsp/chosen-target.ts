import type { ProjectTarget } from "../base/project-target.js";
import type { Target } from "../base/target.js";
import type { TargetOrigin } from "./protocol.js";

/** An interpreter, and who chose it. */
export interface ChosenTarget {
  readonly target: Target;
  readonly from: TargetOrigin;
}

/** What the user sets comes first, then what is selected in the editor, then what the project names. */
export function chosen(
  setting: Target | undefined,
  ofEditor: Target | undefined,
  project: ProjectTarget | undefined,
): ChosenTarget | undefined {
  if (setting) return { target: setting, from: "setting" };
  return ofEditor ? { target: ofEditor, from: "editor" } : project;
}
