// Looks at the page of an answer in a real Chromium: node report.mjs PAGE FOLDER [TRACKS]
// PAGE is the file, FOLDER where the pictures go, TRACKS what `aloud analyze --tracks` wrote of the same recording. Exit 1 and a
// line for each fault. What is expected follows from what the page says of itself: whether it has sound, lanes, words with times.
import { chromium } from "playwright-core";
import { mkdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { contrast } from "./contrast.mjs";
import { everythingFits, scoreIsSeen, WIDTHS } from "./fits.mjs";
import { nothingFromOutside } from "./outside.mjs";

const [file, folder, tracksFile] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const url = pathToFileURL(file).href;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
const figures = [`${(statSync(file).size / 1e6).toFixed(2)} MB`];
const expect = (holds, what) => {
  if (!holds) faults.push(what);
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
});
const sound = url.replace(/\.html$/, "-sound.opus");
const open = async (width, colorScheme, options = {}) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, ...options });
  const page = await context.newPage();
  const at = `${width} ${colorScheme}`;
  page.on("console", (message) => faults.push(`${at}: console: ${message.text()}`));
  page.on("pageerror", (error) => faults.push(`${at}: error: ${error.message}`));
  page.on("dialog", (dialog) => faults.push(`${at}: dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    const asked = request.url().split("#")[0];
    expect(asked === url || asked === sound || asked.startsWith("data:"), `${at}: it asks for ${asked.slice(0, 80)}`);
  });
  // The second frame after loading begins when the first is drawn.
  await page.addInitScript(() => {
    addEventListener("load", () => requestAnimationFrame(() => requestAnimationFrame((at) => (window.drawnAt = at))));
  });
  await page.goto(url);
  return page;
};

// What there is.
const has = await (async () => {
  const page = await open(1440, "light");
  const found = await page.evaluate(() => ({
    lanes: document.getElementById("lanes") !== null,
    audio: document.getElementById("audio") !== null,
    words: document.querySelectorAll(".w[data-at]").length,
    duration: Number(document.getElementById("lanes")?.dataset.duration),
  }));
  const drawnAt = await page.waitForFunction(() => window.drawnAt);
  const loaded = await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd);
  found.drawn = { ms: (await drawnAt.jsonValue()) - loaded, loaded };
  await page.context().close();
  return found;
})();
figures.push(`loaded ${has.drawn.loaded.toFixed(0)} ms`, `drawn ${has.drawn.ms.toFixed(0)} ms after`);
if (has.duration < 200) expect(has.drawn.ms < 5000, `drawn ${has.drawn.ms} ms after loading`);

// On every screen all of it is seen, whatever the names in it, and on paper too.
for (const width of WIDTHS) {
  for (const scheme of ["light", "dark"]) {
    const page = await open(width, scheme);
    await everythingFits(page, width, `${width} ${scheme}`, expect);
    await scoreIsSeen(page, `${width} ${scheme}`, expect);
    await page.screenshot({ path: `${folder}/fits-${width}-${scheme}.png` });
    await page.context().close();
  }
}
{
  // A sheet of A4 between margins of 12 mm.
  const page = await open(703, "light");
  await page.emulateMedia({ media: "print" });
  await everythingFits(page, 703, "on paper", expect);
  await page.context().close();
}

// Every width, both themes: nothing too wide, nothing cut, enough contrast, no finding of axe.
const paper = {};
for (const width of [360, 768, 1440, 1920]) {
  for (const scheme of ["light", "dark"]) {
    const at = `${width} ${scheme}`;
    const page = await open(width, scheme);
    await page.waitForTimeout(150);
    const seen = await page.evaluate(() => {
      const box = (element) => element.getBoundingClientRect();
      const ink = (selector) => {
        const element = document.querySelector(selector);
        if (!element) return null;
        const card = element.closest(".card, .board");
        const style = getComputedStyle(element);
        return [selector, selector.includes("text") ? style.fill : style.color, getComputedStyle(card || document.body).backgroundColor];
      };
      const names = [...document.querySelectorAll(".upright .name")];
      const times = [...document.querySelectorAll('.upright [data-lane="time"] text')].map(box);
      return {
        wide: document.documentElement.scrollWidth,
        colours: [".hint", "footer p", ".todo p", ".moments li", ".told b", ".w.unsure", ".side text", ".upright text", ".head p"].map(ink).filter(Boolean),
        cut: names.filter((n) => n.firstElementChild.textContent && box(n.firstElementChild).width > box(n).width).length,
        crowded: times.some((a, i) => i > 0 && times[i - 1].right > a.left),
        background: getComputedStyle(document.body).backgroundColor,
      };
    });
    expect(seen.wide <= width, `${at}: the page is ${seen.wide} wide`);
    expect(seen.cut === 0, `${at}: ${seen.cut} names of story parts are cut`);
    expect(!seen.crowded, `${at}: times on the axis overlap`);
    for (const [selector, ink, behind] of seen.colours) {
      expect(contrast(ink, behind) >= 4.5, `${at}: ${selector} has a contrast of ${contrast(ink, behind).toFixed(1)}`);
    }
    paper[scheme] = seen.background;
    await page.screenshot({ path: `${folder}/${width}-${scheme}.png`, fullPage: has.duration < 600 || !has.lanes });
    if (width !== 768) {
      // The page's policy lets no script in, so the checker comes through the debugger.
      const found = await page.evaluate(`${axe}; axe.run(document, { resultTypes: ["violations"] })`);
      for (const fault of found.violations) {
        const where = fault.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + n.any.concat(n.all).map((c) => c.message).join("; ")).join(" | ");
        const grave = fault.impact === "serious" || fault.impact === "critical";
        if (grave) faults.push(`${at}: axe: ${fault.id}: ${where}`);
        else figures.push(`axe ${fault.impact}: ${fault.id}`);
      }
    }
    await page.context().close();
  }
}
expect(paper.light !== paper.dark, "dark and light look the same");

const time = (page) => page.evaluate(() => Number(document.getElementById("scroller").getAttribute("aria-valuenow")));
const heard = (page) => page.evaluate(() => document.getElementById("audio").currentTime);
const ready = (page) => page.waitForFunction(() => document.getElementById("audio").readyState >= 3, null, { timeout: 20000 });
const near = (value, wanted, what) => expect(Math.abs(value - wanted) <= 0.1, `${what}: ${value} and not ${wanted}`);

// Click on words and lanes, play, zoom.
if (has.lanes) {
  const page = await open(1440, "light");
  if (has.audio) {
    await ready(page);
    const length = await page.evaluate(() => document.getElementById("audio").duration);
    near(length, has.duration, "the sound is as long as the recording");
    await page.evaluate(() => {
      // Stays where it was sent, so that the place can be read.
      document.getElementById("audio").play = () => Promise.resolve();
    });
  }
  const places = [0.07, 0.5, 0.93];
  for (const share of places) {
    const strip = await page.locator("#strip").boundingBox();
    const wanted = share * has.duration;
    await page.mouse.click(strip.x + share * strip.width, strip.y + 60);
    const pixel = has.duration / strip.width;
    // The place is given in tenths of a second.
    expect(Math.abs((await time(page)) - wanted) <= Math.max(0.1, pixel + 0.05), `a click on a lane goes to ${await time(page)}, not ${wanted}`);
    // In a long recording a pixel is more than a tenth of a second; the sound goes where the cursor is.
    if (has.audio) near(await heard(page), await time(page), "the sound after a click on a lane");
    const cursor = await page.locator("#cursor").boundingBox();
    expect(Math.abs(cursor.x + cursor.width / 2 - (strip.x + share * strip.width)) <= 1.5, "the cursor is elsewhere");
  }
  for (const i of has.words ? [0, Math.floor(has.words / 2), has.words - 1] : []) {
    const word = page.locator(".w[data-at]").nth(i);
    const from = Number(await word.getAttribute("data-at"));
    await word.click();
    near(await time(page), from, `a click on word ${i}`);
    if (has.audio) near(await heard(page), from, `the sound after a click on word ${i}`);
    expect(await word.evaluate((w) => w.classList.contains("now")), `word ${i} is not marked when it sounds`);
  }
  const link = page.locator("a[data-at]").first();
  if (await link.count()) {
    await link.click();
    near(await time(page), Number(await link.getAttribute("data-at")), "a link to a moment");
  }
  // Zoomed in, the strip scrolls and a click is as exact.
  const before = (await page.locator("#strip").boundingBox()).width;
  await page.locator("#in").click();
  await page.locator("#in").click();
  // Below the player, which stays at the top.
  await page.evaluate(() => scrollBy(0, document.getElementById("lanes").getBoundingClientRect().top - 120));
  const strip = await page.locator("#strip").boundingBox();
  expect(strip.width > 3.9 * before || has.duration < 12, `zooming twice gives ${strip.width / before} times the width`);
  const middle = await page.locator("#scroller").boundingBox();
  const x = middle.x + middle.width / 2;
  await page.mouse.click(x, strip.y + 60);
  near(await time(page), ((x - strip.x) / strip.width) * has.duration, "a click when zoomed in");
  await page.screenshot({ path: `${folder}/zoomed.png` });
  // Hover reads values.
  await page.mouse.move(x + 20, strip.y + 60);
  expect((await page.locator("#reading").textContent()).length > 3, "hovering reads nothing");
  await page.locator("#all").click();
  expect(Math.abs((await page.locator("#strip").boundingBox()).width - before) < 2, "All does not show all");
  await page.context().close();
}

// It really plays, and the cursor runs through lanes and words.
if (has.audio) {
  const page = await open(1440, "dark");
  await ready(page);
  const from = await page.locator(".w[data-at]").nth(3).getAttribute("data-at");
  await page.locator(".w[data-at]").nth(3).click();
  await page.waitForTimeout(900);
  const [at, cursor] = [await heard(page), await time(page)];
  expect(at > Number(from) + 0.4 && at < Number(from) + 2, `after 0.9 s it is at ${at}, from ${from}`);
  expect(Math.abs(at - cursor) < 0.25, `the cursor is at ${cursor}, the sound at ${at}`);
  expect((await page.locator("#play").textContent()) === "Pause", "the button does not say Pause");
  await page.screenshot({ path: `${folder}/playing.png` });
  await page.locator("#play").click();
  expect(await page.evaluate(() => document.getElementById("audio").paused), "the button does not stop it");
  await page.locator("#speed").selectOption("1.5");
  expect((await page.evaluate(() => document.getElementById("audio").playbackRate)) === 1.5, "the speed stays");
  await page.context().close();
}

// With the keyboard alone.
if (has.lanes) {
  const page = await open(1440, "light");
  if (has.audio) await ready(page);
  const focused = () => page.evaluate(() => document.activeElement.id);
  const reach = async (id) => {
    for (let i = 0; i < 60 && (await focused()) !== id; i++) await page.keyboard.press("Tab");
    expect((await focused()) === id, `Tab does not lead to ${id}`);
  };
  if (has.audio) {
    await reach("play");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(400);
    expect((await heard(page)) > 0.05, "Enter on Play does not play");
    await page.keyboard.press("Enter");
  }
  await reach("scroller");
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  near(await time(page), Math.min(2, has.duration), "two presses of an arrow key");
  await page.keyboard.press("+");
  await page.keyboard.press("End");
  near(await time(page), has.duration, "End");
  await page.keyboard.press("0");
  if (has.words > 5) {
    await reach("said");
    await page.keyboard.press("Home");
    for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowRight");
    const pressed = Date.now();
    await page.keyboard.press("Enter");
    const from = Number(await page.locator(".w[data-at]").nth(4).getAttribute("data-at"));
    const there = await time(page);
    // It plays on while a busy machine looks.
    const most = from + (Date.now() - pressed) / 1000 + 0.5;
    expect(there >= from - 0.1 && there < most, `Enter on a word goes to ${there}, not ${from}`);
    if (has.audio) {
      await page.keyboard.press("Space");
      expect(await page.evaluate(() => document.getElementById("audio").paused), "Space does not stop it");
    }
  }
  await page.context().close();
}

// A phone.
if (has.lanes) {
  const page = await open(360, "light", { hasTouch: true });
  const strip = await page.locator("#strip").boundingBox();
  await page.locator("#strip").tap({ position: { x: strip.width / 2, y: 60 } });
  expect(Math.abs((await time(page)) - has.duration / 2) < 1.5 * (has.duration / strip.width) + 0.1, "a tap goes elsewhere");
  await page.context().close();
}

// Scrolls without stumbling, however long it is.
{
  const page = await open(1440, "light");
  const frames = await page.evaluate(
    () =>
      new Promise((done) => {
        const times = [];
        let last = performance.now();
        const step = (now) => {
          times.push(now - last);
          last = now;
          scrollBy(0, 120);
          if (times.length < 40) requestAnimationFrame(step);
          else done(times.slice(2).sort((a, b) => a - b));
        };
        requestAnimationFrame(step);
      }),
  );
  figures.push(`scrolling: median frame ${frames[19].toFixed(0)} ms, slowest ${frames.at(-1).toFixed(0)} ms`);
  expect(frames[19] < 1000, `a frame takes ${frames[19]} ms while scrolling`);
  if (has.lanes) {
    const zoomed = await page.evaluate(async () => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (let i = 0; i < 4; i++) document.getElementById("in").click();
      await frame();
      const started = performance.now();
      for (let i = 0; i < 20; i++) {
        document.getElementById("scroller").scrollLeft += 200;
        await frame();
      }
      return (performance.now() - started) / 20;
    });
    figures.push(`sideways, zoomed in: ${zoomed.toFixed(0)} ms a frame`);
    expect(zoomed < 1000, `a frame takes ${zoomed} ms while scrolling sideways`);
  }
  await page.context().close();
}

// The lanes agree with the tracks within a pixel. The scale comes from the numbers that are written beside the lanes.
if (tracksFile) {
  const tracks = JSON.parse(readFileSync(tracksFile, "utf8"));
  const page = await open(1920, "light");
  await page.waitForTimeout(150);
  const drawn = await page.evaluate(() => {
    const points = (path) => {
      const matrix = path.getScreenCTM();
      return path
        .getAttribute("d")
        .split("M")
        .slice(1)
        .map((run) =>
          run.split("L").map((pair) => {
            const [x, y] = pair.split("h")[0].split(",").map(Number);
            const spot = new DOMPoint(x, y).matrixTransform(matrix);
            return [spot.x, spot.y];
          }),
        );
    };
    const ticks = [...document.querySelectorAll(".side .tick")].map((t) => {
      const y = Number(t.getAttribute("y")) - 4 + document.querySelector(".side").getBoundingClientRect().top;
      return [Number(t.textContent.replace("+", "")), y];
    });
    const strip = document.getElementById("strip").getBoundingClientRect();
    const lane = (name) => document.querySelector(`.stretched [data-lane="${name}"]`);
    const box = (element) => [element.getBoundingClientRect().left, element.getBoundingClientRect().right];
    return {
      left: strip.left,
      width: strip.width,
      level: points(lane("level").querySelector(".level")),
      pitch: points(lane("pitch").querySelector(".pitch")),
      pauses: [...lane("pauses").querySelectorAll("rect")].map(box),
      ticks,
      median: Number(document.getElementById("lanes").dataset.median),
    };
  });
  const x = (s) => drawn.left + (s / has.duration) * drawn.width;
  const scale = (a, b) => (value) => a[1] + ((value - a[0]) / (b[0] - a[0])) * (b[1] - a[1]);
  const tick = (value, nth = 0) => drawn.ticks.filter((t) => t[0] === value)[nth];
  const levelY = scale(tick(-60), tick(-20));
  const pitchY = scale(tick(-12), tick(12));
  let furthest = 0;
  const compare = (spots, wanted, what) => {
    expect(spots.length === wanted.length, `${what}: ${spots.length} points, ${wanted.length} in the tracks`);
    for (let i = 0; i < Math.min(spots.length, wanted.length); i++) {
      const away = Math.max(Math.abs(spots[i][0] - wanted[i][0]), Math.abs(spots[i][1] - wanted[i][1]));
      furthest = Math.max(furthest, away);
      if (away > 1) {
        faults.push(`${what}: point ${i} is ${away.toFixed(2)} pixels away`);
        break;
      }
    }
  };
  const clamp = (v, low, high) => Math.min(Math.max(v, low), high);
  compare(drawn.level.flat(), tracks.level_db.map((db, i) => [x(tracks.time_s[i]), levelY(clamp(db, -70, 0))]), "level");
  const voiced = tracks.f0_hz.map((hz, i) => [hz, i]).filter(([hz]) => hz !== null);
  const semitones = (hz) => clamp(12 * Math.log2(hz / drawn.median), -12, 12);
  compare(drawn.pitch.flat(), voiced.map(([hz, i]) => [x(tracks.time_s[i]), pitchY(semitones(hz))]), "pitch");
  // Pauses are stretches without speech of about a quarter of a second and more, between speech.
  const silent = [];
  let from = tracks.speech.indexOf(true);
  for (let i = from; i <= tracks.speech.lastIndexOf(true); i++) {
    if (!tracks.speech[i]) continue;
    if (i - from - 1 >= 20) silent.push({ frames: i - from - 1, edges: [x(tracks.time_s[from + 1]), x(tracks.time_s[i])] });
    from = i;
  }
  const distance = (a, b) => Math.max(Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1]));
  for (const pause of drawn.pauses) {
    const away = Math.min(...silent.map((s) => distance(s.edges, pause)));
    furthest = Math.max(furthest, away);
    if (away > 1) faults.push(`a pause is ${away.toFixed(2)} pixels from any silence of the tracks`);
  }
  for (const s of silent.filter((s) => s.frames > 26)) {
    expect(drawn.pauses.some((pause) => distance(s.edges, pause) <= 1), `a silence of ${s.frames} frames is not drawn`);
  }
  figures.push(`tracks: ${furthest.toFixed(2)} pixels at most`);
  await page.context().close();
}

// Without scripts there is the browser's own player, and the links lead to words.
{
  const page = await open(1440, "light", { javaScriptEnabled: false });
  const link = page.locator("a[data-at]").first();
  if (await link.count()) {
    await link.click();
    expect(/#w\d+$/.test(page.url()), "without scripts a link leads nowhere");
  }
  await page.context().close();
}

{
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await nothingFromOutside(page, expect);
  await context.close();
}

// On paper: two pages for an answer of two minutes, unless absurdly long names take room. An interview has several answers.
{
  const page = await open(1440, "dark");
  await page.pdf({ path: `${folder}/page.pdf`, format: "A4", margin: { top: "12mm", bottom: "12mm", left: "12mm", right: "12mm" } });
  const pages = readFileSync(`${folder}/page.pdf`, "latin1").match(/\/Type\s*\/Page\b/g)?.length;
  figures.push(`${pages} pages on paper`);
  if (has.lanes && has.duration <= 130 && !folder.endsWith("-long") && !folder.endsWith("interview")) expect(pages === 2, `${pages} pages on paper`);
  await page.context().close();
}

await browser.close();
console.error(figures.join("; "));
for (const fault of faults) console.log(fault);
process.exit(faults.length === 0 ? 0 : 1);
