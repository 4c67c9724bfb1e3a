// The page as a narrow frame in another site (?embed; base.css leaves out what is around the answer).
//
// The parent is told how high the content is, whenever that changes: { tabfit: { height } }, in CSS
// pixels. Whoever listens compares the message's source with the frame's own window; nothing else is
// told, and nothing is heard. Links lead out of the frame, into a tab of their own.

// The way to the whole page, which asks what the frame asks now, in the page's words.
const whole = () => Object.assign(new URL(location.href), { search: "" }).href;
const way = Object.assign(document.createElement("a"), { id: "whole-page", href: whole() });
way.addEventListener("click", () => (way.href = whole()));
document.getElementById("main").after(way);

const tell = () => {
  way.textContent = document.querySelector(".brand").textContent;
  parent.postMessage({ tabfit: { height: Math.ceil(document.body.offsetHeight) } }, "*");
};
new ResizeObserver(tell).observe(document.body);

// A link that only changes the question is answered here; the capturing listener comes before page.js.
const leaves = (link) => !link.dataset.change && !link.getAttribute("href").startsWith("#");
addEventListener(
  "click",
  ({ target }) => {
    const link = target.closest?.("a[href]");
    if (link && leaves(link)) Object.assign(link, { target: "_blank", rel: "noopener" });
  },
  true,
);
