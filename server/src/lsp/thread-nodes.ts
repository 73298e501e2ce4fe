import type { SharedAccess, SharedState, ThreadStart } from "../analysis/answers.js";
import { fileName } from "../base/path.js";
import type { Renderer } from "./convert.js";
import type { Words } from "./language.js";
import type { ThreadNode } from "./protocol.js";

/** The tree of who starts what, what they share, and under which locks. */
export function threadNodes(starts: readonly ThreadStart[], renderer: Renderer, { t, said, saidInParts }: Words): readonly ThreadNode[] {
  const placeOf = ({ path, range }: { readonly path: string; readonly range: SharedAccess["range"] }): ThreadNode["place"] => ({
    uri: renderer.uriOf(path),
    range: renderer.lspRange(path, range),
  });
  const whereOf = (path: string, place: ThreadNode["place"]): string => `${fileName(path)}:${place.range.start.line + 1}`;

  const accessNode = (access: SharedAccess): ThreadNode => {
    const place = placeOf(access);
    const where = whereOf(access.path, place);
    const does = said(access.does);
    const label = access.locks.length > 0 ? t("{0} with {1}", does, access.locks.join(", ")) : t("{0} without a lock", does);
    return {
      kind: "access",
      label,
      detail: where,
      spoken: `${label}, ${where}`,
      place,
      children: [],
    };
  };
  const stateNode = (state: SharedState): ThreadNode => {
    const guard = guardText(state, t);
    const detail = state.others.length > 0 ? t("{0}; also touched by {1}", guard, state.others.join(", ")) : guard;
    return {
      kind: state.guard.kind === "locks" ? "guarded" : "unguarded",
      label: state.name,
      detail,
      spoken: t("shares {0}, {1}", state.name, detail),
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
              label: t("started here"),
              detail: whereOf(start.startedAt.path, startPlace),
              spoken: t("started at {0}", whereOf(start.startedAt.path, startPlace)),
              place: startPlace,
              children: [],
            },
          ]
        : [];
    const shares = start.shares.length === 0 ? t("shares nothing") : t("shares {0}", start.shares.map(({ name }) => name).join(", "));
    const workers = saidInParts(start.workers, ", ");
    return {
      kind: start.kind,
      label: start.title,
      detail: `${workers} · ${where}`,
      spoken: `${start.title}, ${workers}, ${where}, ${shares}`,
      place,
      children: [...startNode, ...start.shares.map(stateNode)],
    };
  });
}

function guardText({ guard }: SharedState, t: Words["t"]): string {
  switch (guard.kind) {
    case "locks":
      return t("always under {0}", guard.names.join(", "));
    case "sometimes":
      return t("not always under the same lock");
    case "never":
      return t("under no lock");
  }
}
