// What a visitor does, as functions of a number in [0, 1) that chooses: each returns what it did, or
// nothing where the page has nothing of that kind now.
//
// A question is under way while a part of the page says that it is busy.

const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
const one = (from, chance) => from[Math.floor(chance * from.length)];

const idle = async () => {
  const busy = () => document.querySelector("#main [aria-busy=true]");
  await new Promise((go) => setTimeout(go, 0)); // a question that was just asked has said so
  while (busy()) await new Promise((go) => setTimeout(go, 5));
};

const actions = {
  choose(chance) {
    const lists = all("main form[data-asks] select, main form[data-asks] select#choose-model");
    lists.push(document.getElementById("choose-model")); // its list lies behind the finder's button
    const list = one(lists, chance);
    const option = one([...list.options], (chance * 9973) % 1);
    list.value = option.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    return `${list.name}=${option.value}`;
  },
  scroll(chance) {
    const part = one([...document.querySelectorAll("[data-later]")], chance);
    part?.scrollIntoView();
    return part?.id;
  },
  formula(chance) {
    const opener = one(all("button[popovertarget]"), chance);
    opener?.click();
    opener?.popoverTargetElement?.hidePopover();
    return opener?.textContent;
  },
  suggestion(chance) {
    const link = one(all("a[data-change]"), chance);
    link?.click();
    return link?.textContent;
  },
  async share(chance) {
    document.querySelector("[data-share]").click();
    const begun = performance.now();
    while (!document.querySelector("#qr svg") && performance.now() - begun < 10_000)
      await new Promise((go) => setTimeout(go, 20));
    document.getElementById("sharing").close();
    return chance && "link";
  },
  async language(chance) {
    const list = document.getElementById("language");
    const { value } = one([...list.options], chance);
    list.value = value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    while (document.documentElement.lang !== value) await new Promise((go) => setTimeout(go, 5));
    return value;
  },
  async find(chance) {
    document.getElementById("open-finder")?.click();
    const box = document.getElementById("find");
    box.value = one(["qwen", "whisper", "llama 3", "bert", "nothing of this name"], chance);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise((go) => setTimeout(go, 50));
    document.getElementById("finder").close();
    return box.value;
  },
  async back(chance) {
    history.go(chance < 0.7 ? -1 : 1);
    await new Promise((go) => setTimeout(go, 60));
    return location.hash;
  },
};

globalThis.act = async (name, chance) => {
  const done = await actions[name](chance);
  await idle();
  return done ?? null;
};

// What the page shows, to be held against the command line's.
globalThis.shown = () => ({
  link: location.hash.slice(1),
  outcome: document.querySelector("#answer .verdict").className.replace("verdict", "").trim(),
  figures: [...document.querySelectorAll("#answer .figures dd")].map((each) => each.textContent),
  checks: [...document.querySelectorAll(".checks .reason")].map((each) => each.textContent),
});

// Changes the context once in so many milliseconds, and tells which were answered on the page, in
// order, and the link in the end, beside that of the same choice made without hurry.
globalThis.hurry = async (pause, times) => {
  const list = document.getElementById("choose-context");
  const values = [...list.options].map((each) => each.value).filter(Boolean);
  const seen = [];
  const note = () => seen.push(new URLSearchParams(location.hash.slice(1)).get("context"));
  const watch = new MutationObserver(note);
  watch.observe(document.getElementById("answer"), { childList: true });
  const asked = [];
  const ask = (value) => {
    const now = document.getElementById("choose-context");
    now.value = value;
    now.dispatchEvent(new Event("change", { bubbles: true }));
    asked.push(now.value);
  };
  for (let turn = 0; turn < times; turn += 1) {
    ask(values[turn % values.length]);
    await new Promise((go) => setTimeout(go, pause));
  }
  await idle();
  watch.disconnect();
  const [last, link] = [document.getElementById("choose-context").value, location.hash];
  const hurried = asked.at(-1);
  for (const value of [values.find((each) => each !== hurried), hurried]) {
    ask(value);
    await idle();
  }
  return { asked: hurried, seen, last, link, calm: location.hash };
};
