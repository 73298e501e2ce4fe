import assert from "node:assert/strict";
import { test } from "node:test";
import { type Confinement, confined } from "../../server/src/lsp/confined-host.js";
import type { ServerHost } from "../../server/src/lsp/server-host.js";

/** A host in which `links` lead elsewhere, and what was asked of it. */
function hostWith(links: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const present = { ...links };
  const realPath = async (path: string): Promise<string> => {
    asked.push(path);
    const link = Object.keys(present).find((each) => path === each || path.startsWith(`${each}/`));
    const target = link && present[link];
    if (target === "nowhere") throw new Error("does not exist");
    return target === undefined ? path : target + path.slice((link as string).length);
  };
  const host = {
    realPath,
    readFile: async (path: string) => new TextEncoder().encode(path),
    describe: async () => ({ kind: "file", size: 1 }),
  };
  return { host: host as unknown as ServerHost, asked, present };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test("where the folders of the workspace lead is asked once, files each time", async () => {
  const { host, asked } = hostWith({ "/work": "/disk/work" });
  const reading = confined(host, () => ({ trust: "withheld", folders: ["/work"] }));
  for (const name of ["a", "b", "c"]) assert.equal(text(await reading.readFile(`/work/${name}`)), `/disk/work/${name}`);
  assert.deepEqual(asked, ["/work/a", "/work", "/work/b", "/work/c"]);
});

test("folders that come and go, lead elsewhere or are not there yet are asked for again", async () => {
  const { host, present } = hostWith({ "/work": "nowhere", "/other": "/disk/other" });
  let folders: Confinement["folders"] = ["/work"];
  const reading = confined(host, () => ({ trust: "withheld", folders }));
  await assert.rejects(reading.readFile("/work/a"));
  present["/work"] = "/disk/first";
  assert.equal(text(await reading.readFile("/work/a")), "/disk/first/a");
  present["/work"] = "/disk/second";
  assert.equal(text(await reading.readFile("/work/a")), "/disk/second/a");
  folders = ["/other"];
  await assert.rejects(reading.readFile("/work/a"), /lies outside the workspace/);
  assert.equal(text(await reading.readFile("/other/a")), "/disk/other/a");
});

test("a link out of the workspace leads nowhere, however often it is asked for", async () => {
  const { host } = hostWith({ "/work/link": "/secret" });
  const reading = confined(host, () => ({ trust: "withheld", folders: ["/work"] }));
  for (let round = 0; round < 3; round++) {
    assert.equal(text(await reading.readFile("/work/a")), "/work/a");
    await assert.rejects(reading.readFile("/work/link"), /leads out of the workspace/);
  }
});
