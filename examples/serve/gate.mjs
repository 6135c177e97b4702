// May this copy ship? node gate.mjs ORIGINAL COPY [POLICY]; exits with 0 for a pass, with 1 for anything else.
//
// In a pipeline with sharp, ask about the buffer before it is stored:
//
//   const copy = await sharp(original).rotate().resize(1200).webp({ quality: 80 }).toBuffer();
//   const verdict = await judge(original, copy, { name: "hero.webp", policy: "thumbnail" });
//   if (verdict.outcome === "reject") throw new Error(verdict.reasons.join("; "));
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const URL_ = process.env.IDETEX_URL ?? "http://127.0.0.1:8008";
const TOKEN = process.env.IDETEX_TOKEN ?? "";

export async function judge(original, copy, { name = "copy", policy = "web", tries = 5 } = {}) {
  const form = new FormData();
  form.set("original", new Blob([original]), "original");
  form.set("compressed", new Blob([copy]), name);
  form.set("policy", policy);
  const answer = await fetch(`${URL_}/v1/gate`, {
    method: "POST", body: form, headers: TOKEN ? { authorization: `Bearer ${TOKEN}` } : {},
  });
  if (answer.status === 503 && tries > 0) {
    const seconds = Number(answer.headers.get("retry-after") ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return judge(original, copy, { name, policy, tries: tries - 1 });
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status}: ${said.error}`);
  return said;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [original, copy, policy] = process.argv.slice(2);
  const verdict = await judge(await readFile(original), await readFile(copy), { name: basename(copy), policy });
  console.log(verdict.outcome, verdict.reasons.join("; "));
  process.exitCode = verdict.outcome === "pass" ? 0 : 1;
}
