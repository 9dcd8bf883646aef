// Nothing from outside becomes part of a page, and its policy stops what did not come with it. A line to `expect` for each fault.
export const nothingFromOutside = async (page, expect) => {
  const strange = await page.evaluate(() => ({
    scripts: document.scripts.length,
    foreign: document.querySelectorAll("img, iframe, object, link, embed").length,
    handlers: document.querySelectorAll("[onerror], [onload], [onclick]").length,
  }));
  expect(strange.scripts === 1 && strange.foreign + strange.handlers === 0, `strange things: ${JSON.stringify(strange)}`);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    return window.ran === true;
  });
  expect(!ran, "the policy lets any script run");
};
