// Looks at a person's page, or the page of all people, in a real Chromium: node people.mjs PAGE FOLDER
// PAGE is the file, FOLDER where the pictures go. Exit 1 and a line for each fault.
import { chromium } from "playwright-core";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { everythingFits, WIDTHS } from "./fits.mjs";

const [file, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const url = pathToFileURL(file).href;
const faults = [];
const expect = (holds, what) => {
  if (!holds) faults.push(what);
};
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });

const open = async (width, colorScheme, options = {}) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, ...options });
  const page = await context.newPage();
  page.on("console", (message) => faults.push(`${width} ${colorScheme}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${width} ${colorScheme}: error: ${error.message}`));
  page.on("request", (request) => {
    const asked = request.url().split("#")[0];
    expect(asked === url || asked.startsWith("data:"), `it asks for ${asked}`);
  });
  await page.goto(url);
  return page;
};

for (const width of WIDTHS) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(width, scheme);
    await everythingFits(page, width, `${width} ${scheme}`, expect);
    if ([360, 1280].includes(width)) await page.screenshot({ path: `${folder}/${width}-${scheme}.png`, fullPage: true });
    await page.context().close();
  }
}

{
  // What a screen reader needs: axe runs outside the page's policy.
  const page = await open(1280, "light", { bypassCSP: true });
  const found = await page.evaluate(axe + ";axe.run(document, { runOnly: ['wcag2a', 'wcag2aa'] })");
  for (const { id, nodes } of found.violations) faults.push(`axe: ${id}: ${nodes[0].html.slice(0, 120)}`);
  await page.context().close();
}

{
  // A click on a word plays its answer from there; another answer stops.
  const page = await open(1280, "light");
  const players = await page.locator("audio").count();
  if (players > 1) {
    const words = page.locator("section.answer:nth-of-type(n) .said");
    await words.nth(0).locator(".w").last().click();
    await page.waitForFunction(() => document.querySelectorAll("audio")[0].currentTime > 0.5);
    await words.nth(1).locator(".w").first().click();
    await page.waitForFunction(() => !document.querySelectorAll("audio")[1].paused);
    expect(await page.evaluate(() => document.querySelectorAll("audio")[0].paused), "two answers sound at once");
  }
  await page.context().close();
}

{
  // A sheet of A4 between margins of 12 mm.
  const page = await open(703, "light");
  await page.emulateMedia({ media: "print" });
  await everythingFits(page, 703, "on paper", expect);
  await page.pdf({ path: `${folder}/paper.pdf`, format: "A4", margin: { top: "12mm", bottom: "12mm", left: "12mm", right: "12mm" } });
  await page.context().close();
}

await browser.close();
for (const fault of faults) console.log(fault);
process.exit(faults.length > 0 ? 1 : 0);
