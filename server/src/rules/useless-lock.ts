import { type UselessLock, uselessLocks } from "../program/link/locks/useless-locks.js";
import { type Match, noFix, type RelatedLocation, type Rule, type RuleContext } from "./rule.js";
import docs from "./useless-lock.md";

/** GIL206: a lock that keeps nobody out, because everybody has another or nothing shared is done under it. */
export const uselessLock: Rule<UselessLock> = {
  code: "GIL206",
  name: "useless-lock",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: () => noFix,
};

function find({ program }: RuleContext): readonly Match<UselessLock>[] {
  return uselessLocks(program).map((lock): Match<UselessLock> => {
    const { path } = lock.function.file;
    const related: RelatedLocation[] = lock.related ? [{ path, range: lock.related, message: relatedText(lock) }] : [];
    return { path, range: lock.range, confidence: "likely", related, targets: [], prediction: undefined, data: lock };
  });
}

function relatedText({ why }: UselessLock): string {
  switch (why) {
    case "each-thread":
      return "this thread alone gets it";
    case "each-object":
      return "all objects share what is changed here";
    case "each-call":
    case "nothing-inside":
      return "each call makes its own here";
  }
}

function message({ why, name, function: node }: UselessLock): string {
  switch (why) {
    case "each-call":
      return `\`${name}\` keeps nobody out: every call of \`${node.head.name}\` makes a lock of its own. Make one lock, outside, for all who use the same state.`;
    case "each-thread":
      return `\`${name}\` keeps nobody out: every thread is given a lock of its own. Make one before the loop, for all of them.`;
    case "each-object":
      return `\`${name}\` does not guard this: every object has a lock of its own, while what is changed is shared by all. Use one lock of the class or module.`;
    case "nothing-inside":
      return `\`${name}\` guards nothing: only variables of this call are touched while it is held. Move what is shared inside, or leave the lock out.`;
  }
}
