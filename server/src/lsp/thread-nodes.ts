import type { SharedAccess, SharedState, ThreadStart } from "../analysis/answers.js";
import { fileName } from "../base/path.js";
import type { Renderer } from "./convert.js";
import type { ThreadNode } from "./protocol.js";

/** The tree of who starts what, what they share, and under which locks. */
export function threadNodes(starts: readonly ThreadStart[], renderer: Renderer): readonly ThreadNode[] {
  const placeOf = ({ path, range }: { readonly path: string; readonly range: SharedAccess["range"] }): ThreadNode["place"] => ({
    uri: renderer.uriOf(path),
    range: renderer.lspRange(path, range),
  });
  const whereOf = (path: string, place: ThreadNode["place"]): string => `${fileName(path)}:${place.range.start.line + 1}`;

  const accessNode = (access: SharedAccess): ThreadNode => {
    const place = placeOf(access);
    const where = whereOf(access.path, place);
    const locks = access.locks.length > 0 ? `with ${access.locks.join(", ")}` : "without a lock";
    return {
      kind: "access",
      label: `${access.does} ${locks}`,
      detail: where,
      spoken: `${access.does} ${locks}, ${where}`,
      place,
      children: [],
    };
  };
  const stateNode = (state: SharedState): ThreadNode => {
    const guard = guardText(state);
    const others = state.others.length > 0 ? `; also touched by ${state.others.join(", ")}` : "";
    return {
      kind: state.guard.kind === "locks" ? "guarded" : "unguarded",
      label: state.name,
      detail: `${guard}${others}`,
      spoken: `shares ${state.name}, ${guard}${others}`,
      place: placeOf(state.accesses[0] as SharedAccess),
      children: state.accesses.map(accessNode),
    };
  };
  return starts.map((start): ThreadNode => {
    const place = placeOf(start);
    const startPlace = start.startedAt && placeOf(start.startedAt);
    const where = whereOf(start.path, place);
    const startNode: readonly ThreadNode[] =
      start.startedAt && startPlace
        ? [
            {
              kind: "start",
              label: "started here",
              detail: whereOf(start.startedAt.path, startPlace),
              spoken: `started at ${whereOf(start.startedAt.path, startPlace)}`,
              place: startPlace,
              children: [],
            },
          ]
        : [];
    const shares = start.shares.length === 0 ? "shares nothing" : `shares ${start.shares.map(({ name }) => name).join(", ")}`;
    return {
      kind: start.kind,
      label: start.title,
      detail: `${start.workers} · ${where}`,
      spoken: `${start.title}, ${start.workers}, ${where}, ${shares}`,
      place,
      children: [...startNode, ...start.shares.map(stateNode)],
    };
  });
}

function guardText({ guard }: SharedState): string {
  switch (guard.kind) {
    case "locks":
      return `always under ${guard.names.join(", ")}`;
    case "sometimes":
      return "not always under the same lock";
    case "never":
      return "under no lock";
  }
}
