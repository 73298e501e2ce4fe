import { interpreterTarget } from "../base/project-target.js";
import type { Target } from "../base/target.js";
import { pathOfUri } from "./convert.js";

/** The interpreters that are selected in the editor. */
export interface SelectedInterpreters {
  readonly target: Target | undefined;
  /** Of workspace folders, by path, as far as the editor tells them apart; undefined where none is selected. */
  readonly folders: ReadonlyMap<string, Target | undefined>;
}

/** Nobody has selected anything. */
export const noneSelected: SelectedInterpreters = { target: undefined, folders: new Map() };

/** What an editor says is selected, checked. */
export function selectedIn(params: unknown): SelectedInterpreters {
  const { version, folders } = (typeof params === "object" && params !== null ? params : {}) as Readonly<Record<string, unknown>>;
  const named = Object.entries(typeof folders === "object" && folders !== null ? folders : {}).map(
    ([uri, each]) => [pathOfUri(uri), targetOf(each)] as const,
  );
  return { target: targetOf(version), folders: new Map(named) };
}

function targetOf(version: unknown): Target | undefined {
  return typeof version === "string" ? interpreterTarget(version) : undefined;
}
