// Steps of history: every settled choice is one, so that Back and Forward lead from choice to choice.
//
// A step is an entry of the browser's history. Its state has what asks its question again, and a
// name under which its place, the scroll and the focus it was left with, is kept for this tab.
// A control that is dragged or typed into makes one step, however often it changes meanwhile.

import { place, putBack } from "./scroll_and_focus.js";
import { ofTab } from "./browser_storage.js";

const PLACES = "places"; // of the steps, by their names
const MOST = 100; // places are kept of so many steps
const TYPED = /^(text|search|url|range|number|textarea)$/;

const places = new Map(JSON.parse(ofTab.getItem(PLACES) ?? "[]"));
let here = history.state?.step ?? null; // the step that is shown
let showing = null; // what the page shows the answer to
let gesture = {}; // what is being dragged or typed, and whether it has made its step
let promised = null; // the choice whose step is there before its answer
let moved = false; // whether the visitor has scrolled or typed since the page was opened

for (const kind of ["wheel", "touchmove", "keydown"])
  addEventListener(kind, () => (moved = true), { once: true, passive: true });
addEventListener("pointerdown", () => (gesture = {}));
addEventListener("focusin", ({ target }) => target.name !== gesture.name && (gesture = {}));

// What a choice belongs to: ask for it when the choice is made, for its answer comes later.
export const begun = (name = null, type = "") => {
  leave();
  const going = name && TYPED.test(type) && gesture.name === name;
  if (!going) gesture = { name, made: false };
  return gesture;
};

// The place of the step that is shown is that at which it was last left.
export const leave = () => {
  if (!here) return;
  places.delete(here);
  places.set(here, place());
  if (places.size > MOST) places.delete(places.keys().next().value);
  ofTab.setItem(PLACES, JSON.stringify([...places]));
};
addEventListener("pagehide", leave);

// The answer takes its time: from now on Back leads before the choice. `asked` asks its question.
export const promise = (choice, asked) => {
  if (choice.made) return;
  choice.made = true;
  promised = choice;
  here = fresh();
  history.pushState({ step: here, asked }, "");
};

// A choice whose step is there already, reached again before it was ever answered.
export const again = () => ({ made: true });

// The choice is settled, and the page shows its answer: from now on Back leads before it, unless it
// came to nothing.
export const settle = (choice, asked, address) => {
  const early = promised === choice;
  promised = null;
  if (same(asked, showing)) return early ? history.back() : undefined;
  showing = asked;
  if (choice.made) return history.replaceState({ step: here, asked }, "", address);
  choice.made = true;
  here = fresh();
  history.pushState({ step: here, asked }, "", address);
};

// The page shows what this entry asks, whoever made it.
export const keep = (asked) => {
  showing = asked;
  here = history.state?.step ?? fresh();
  history.replaceState({ step: here, asked }, "");
};

// Back or Forward reached an entry: what it asks, null where nothing else is to be shown.
export const reached = (state) => {
  const unanswered = promised;
  gesture = {};
  promised = null;
  if (!state?.asked) return null;
  leave();
  here = state.step;
  return unanswered || !same(state.asked, showing) ? state.asked : null;
};

const fresh = () => String(performance.timeOrigin + performance.now());
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Once its answer is there, the page stands as it was left; the first one unless the visitor moved.
export const restored = ({ first = false } = {}) => {
  if (places.has(here) && !(first && moved)) putBack(places.get(here));
};
