import type { TextEdit } from "../../base/edit.js";
import { atLeast } from "../../base/target.js";
import type { SiteEstimate } from "../../estimate/prediction/site.js";
import { standardLibraryModules } from "../../knowledge/stdlib-modules.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { threadBesideFork } from "../../program/link/processes/forks.js";
import { nameOfTarget, type Spawn } from "../../program/link/threads/spawn.js";
import { batching, chunkSize, isShortTask } from "../handed-over.js";
import { type Fix, type FixOffer, noFix, type RuleContext, refusedFix } from "../rule.js";
import { argumentAdded } from "./chunk-size-fix.js";
import { codeOf, isBroken, quotedString } from "./code.js";
import { imported, importRemoved } from "./imports.js";
import { type PoolKind, poolOfKind } from "./pool-kind-fix.js";
import { fileEdits, parentStateReason, workInProcesses } from "./process-work.js";
import { reachedFrom } from "./reached.js";
import { threadList } from "./thread-list.js";

/** What runs work in threads, and what runs it in processes or interpreters instead. */
const kinds: readonly { readonly spawner: RegExp; readonly kind: PoolKind; readonly interpreters: PoolKind | undefined }[] = [
  {
    spawner: /^concurrent\.futures\.ThreadPoolExecutor\b/,
    kind: { module: "concurrent.futures", member: "ProcessPoolExecutor", dropped: ["thread_name_prefix"] },
    interpreters: { module: "concurrent.futures", member: "InterpreterPoolExecutor", dropped: [] },
  },
  {
    spawner: /^multiprocessing\.(pool\.ThreadPool|dummy\.Pool)\b/,
    kind: { module: "multiprocessing", member: "Pool", dropped: [] },
    interpreters: undefined,
  },
];

/**
 * Runs the work of a pool of threads, or of threads that are started one after another, in processes: imports, functions that have to move to
 * module level, a main guard and chunks for short tasks included. Or says what stands in the way: work that cannot be pickled, or state that a
 * worker process would change in its own copy only. From CPython 3.14 on, a pool of interpreters is the second choice.
 */
export function processPoolFix(site: SiteEstimate, context: RuleContext): FixOffer {
  const { spawn, prediction } = site;
  // One at a time, they are no faster there.
  if (prediction.course === "in turn" || prediction.course === "until stopped") return noFix;
  const isThread = /^threading\.Thread\b/.test(spawn.spawner);
  const made = spawn.pool?.made;
  const known = kinds.find(({ spawner }) => spawner.test(spawn.spawner));
  const kind = known?.kind;
  if (!(isThread || (kind && made))) return noFix;
  const title = `Switch to ${kind?.member === "Pool" ? "multiprocessing.Pool" : "ProcessPoolExecutor"}`;
  const refuse = (reason: string): FixOffer => refusedFix(title, reason);
  const users = isThread ? [spawn] : context.program.spawns.filter((each) => each.pool?.made?.call === made?.call);
  const maker = isThread ? spawn.in : made?.in;
  if (!maker || isBroken(maker.file)) return noFix;
  const { path } = maker.file;
  const swap = isThread ? threadsEdits(spawn, context) : kind && made && poolOfKind(made.call, made.in, kind, context);
  // What is no list of threads has no counterpart, and nobody expects one.
  if (isThread && (!swap || "refused" in swap)) return noFix;
  const work = workInProcesses(users, maker, "in threads", context);
  if ("refused" in work) return refuse(work.refused);
  if (!swap) return refuse("the pool's class is reached in a way that cannot be rewritten safely");
  if ("refused" in swap) return refuse(swap.refused);
  const chunks = spawn.in.file.path === path ? chunkEdit(site, context) : undefined;
  const fresh = isThread ? [] : freshStart(users, maker, context);
  if ("refused" in fresh) return refuse(fresh.refused);
  const fixes: Fix[] = [
    {
      title,
      safety: "unsafe",
      caution:
        "The work runs in other processes: arguments and results are pickled, and what it changes beside its result is changed in its own process only.",
      edits: fileEdits(work.edits, path, [...swap, ...(chunks ? [chunks] : []), ...fresh]),
    },
  ];
  const interpreters = known?.interpreters && made && canBeIsolated(users, context) ? known.interpreters : undefined;
  const isolated = interpreters && made && poolOfKind(made.call, made.in, interpreters, context);
  if (interpreters && isolated)
    fixes.push({
      title: `Switch to ${interpreters.member}`,
      safety: "unsafe",
      caution:
        "The work runs in interpreters of their own in this process: arguments and results are copied, and each imports the module for itself.",
      edits: fileEdits(work.edits, path, isolated),
    });
  return { fixes, refused: [] };
}

/**
 * Where another thread can run when the pool starts its processes, and the target forks, they have to start anew: the argument that says so.
 */
function freshStart(
  users: readonly Spawn[],
  { file }: FunctionNode,
  context: RuleContext,
): readonly TextEdit[] | { readonly refused: string } {
  if (atLeast(context.target, 3, 14) || context.target.implementation !== "cpython") return [];
  const thread = users.map((spawn) => threadBesideFork(spawn.in, spawn.call, users, context.program)).find((each) => each !== undefined);
  if (!thread) return [];
  const [spawn] = users;
  const made = spawn?.pool?.made;
  const [target] = thread.targets;
  const name = target ? nameOfTarget(target) : "another function";
  const refused = `the thread of \`${name}\` can run when processes are forked`;
  if (!made || !spawn.spawner.startsWith("concurrent.futures.") || context.program.resolver.isCalled("set_start_method"))
    return { refused };
  const state = parentStateReason(users, [], context);
  if (state !== undefined) return { refused: `${refused}, and ${state}` };
  const code = codeOf(file.path, context);
  const maker = imported(file, code, "multiprocessing", "get_context");
  if (!maker) return { refused };
  const argument = `mp_context=${maker.expression}(${quotedString("spawn", code)})`;
  return [...maker.edits, argumentAdded(code, code.source.range(made.call).end, argument)];
}

/** Whether interpreters of their own can run it: from 3.14 on, and with no compiled package, of which many allow one interpreter only. */
function canBeIsolated(users: readonly Spawn[], { target, program }: RuleContext): boolean {
  if (target.implementation !== "cpython" || !atLeast(target, 3, 14)) return false;
  const own = new Set(program.files.flatMap(({ path }) => path.replace(/\.pyw?$/, "").split("/")));
  const reached = reachedFrom(
    users.flatMap((spawn) => spawn.targets.map((each) => each.function)),
    program,
  );
  const files = new Set([...reached, ...users.map((spawn) => spawn.in)].map(({ file }) => file));
  return [...files].every(({ facts }) =>
    facts.imports.every(({ module, level }) => {
      const root = module.split(".")[0] ?? "";
      return level > 0 || standardLibraryModules.has(root) || own.has(root);
    }),
  );
}

/** Threads of a list or loop, run by an executor. */
function threadsEdits({ call, in: node }: Spawn, context: RuleContext): readonly TextEdit[] | { readonly refused: string } | undefined {
  const code = codeOf(node.file.path, context);
  const list = threadList(call, node, code);
  if ("refused" in list) return list;
  if (list.waits === "for none") return { refused: "nothing waits for the threads, and a pool of processes would" };
  const pool = imported(node.file, code, "concurrent.futures", "ProcessPoolExecutor", "by name");
  if (!pool) return undefined;
  const callee = code.source.range(call.callee);
  const name = code.text.slice(callee.start, callee.end).split(".")[0] as string;
  return [...pool.edits, ...importRemoved(node.file, code, name, [callee.start]), ...list.edits(`${pool.expression}()`)];
}

/** Short tasks go over in chunks. */
function chunkEdit(site: SiteEstimate, context: RuleContext): TextEdit | undefined {
  const { call, spawner, in: node } = site.spawn;
  if (!/ThreadPoolExecutor\.map$|ThreadPool\.imap/.test(spawner) || batching(site) !== "one by one" || !isShortTask(site)) return undefined;
  const code = codeOf(node.file.path, context);
  return argumentAdded(
    code,
    code.source.range(call).end,
    `chunksize=${chunkSize(site)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, "_")}`,
  );
}
