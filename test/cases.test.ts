import { globSync } from "tinyglobby";
import { describeMarkdown } from "./markdown.js";

/* Every page of a rule is its first test; further cases lie beside the tests of the stage they are about. */
for (const path of globSync(["server/src/rules/*.md", "test/{rules,program,analysis}/*.md"]).sort()) describeMarkdown(path);
