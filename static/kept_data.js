// What stays on this device and nowhere else: what the visitor said of it, what was tried on it,
// recent answers and pinned ones. All of it lies in localStorage under one name; Python shows it
// (app/components/device/kept_data.py), and every part of it can be forgotten there.
//
//   kept()            what is kept, as one object
//   keep(changes)     change some of it
//   heard(act)        act() is called when the visitor changed it, and by changed()
//   answered(link)    an answer was shown after a choice

const PLACE = "kept";
const NOTHING = { stated: {}, phone: null, history: [], recent: [], pinned: [], measured: {} };
const MOST = { history: 100, recent: 8, pinned: 40 };
let unkept = null; // where a browser refuses to keep anything, it is known until the tab closes

// What was written by hand, or by another version, counts as nothing where it is of another kind.
const sound = (stored) =>
  Object.fromEntries(
    Object.entries(NOTHING).map(([name, none]) => {
      const value = stored?.[name] ?? none;
      return [name, Array.isArray(value) === Array.isArray(none) ? value : none];
    }),
  );

export const kept = () => {
  if (unkept) return unkept;
  try {
    return sound(JSON.parse(localStorage.getItem(PLACE)));
  } catch {
    return NOTHING; // refused, or written by hand
  }
};

export const keep = (changes) => {
  const all = { ...kept(), ...changes };
  for (const [list, most] of Object.entries(MOST)) all[list] = all[list].slice(0, most);
  try {
    localStorage.setItem(PLACE, JSON.stringify(all));
  } catch {
    unkept = all;
  }
};

let act = () => {};
export const heard = (given) => (act = given);
export const changed = () => act();

const model = (link) => link.match(/(?:^|&)model=([^&]*)/)?.[1];

// One recent answer for each model, the last one first.
export const answered = (link) => {
  if (!model(link)) return;
  keep({ recent: [link, ...kept().recent.filter((each) => model(each) !== model(link))] });
};

export const today = () => {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};

const without = (list, value) => list.filter((each) => JSON.stringify(each) !== value && each !== value);

const acts = {
  // What was tried replaces what was said of the very same before.
  tried: (told) => {
    const trial = { ...JSON.parse(told), day: today() };
    const same = ({ model, runtime, precision, needs }) => JSON.stringify([model, runtime, precision, needs]);
    return { history: [trial, ...kept().history.filter((each) => same(each) !== same(trial))] };
  },
  pin: (link) => ({ pinned: [link, ...without(kept().pinned, link)] }),
  forget: (name, value) => {
    if (name === "all") return NOTHING;
    if (Array.isArray(NOTHING[name])) return { [name]: value ? without(kept()[name], value) : [] };
    return name === "measured" ? { measured: {} } : { stated: {}, phone: null };
  },
};

document.addEventListener("click", ({ target }) => {
  const { keep: how, name, value } = target.closest("button[data-keep]")?.dataset ?? {};
  if (!how) return;
  keep(how === "forget" ? acts.forget(name, value) : acts[how](value));
  changed();
});
