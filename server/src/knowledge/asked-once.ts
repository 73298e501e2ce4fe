import type { Knowledge } from "./knowledge.js";

/** A question to the knowledge that is answered once, though it is asked for every class or call. */
export function askedOnce<Answer extends object>(ask: (knowledge: Knowledge) => Answer): (knowledge: Knowledge) => Answer {
  const answers = new WeakMap<Knowledge, Answer>();
  return (knowledge) => {
    const answer = answers.get(knowledge) ?? ask(knowledge);
    answers.set(knowledge, answer);
    return answer;
  };
}
