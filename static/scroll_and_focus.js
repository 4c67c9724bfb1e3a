// Where a visitor is on the page: how far it is scrolled, and which element has the focus.
//
// Parts of the page are made anew with every answer, so an element is known by what it says: its
// id, its name and value, or where it leads.

// A selector that finds the element again once it was made anew; null for one that says nothing.
export const selector = ({ id, name, value, href, attributes }) => {
  if (id) return `#${CSS.escape(id)}`;
  if (name) return `[name="${name}"][value="${CSS.escape(value)}"], [name="${name}"]:not([type=radio])`;
  return href ? `a[href="${CSS.escape(attributes.href.value)}"]` : null;
};

export const place = () => ({ scroll: scrollY, focus: selector(document.activeElement) });

export const putBack = ({ scroll, focus }) => {
  if (focus) document.querySelector(focus)?.focus({ preventScroll: true });
  scrollTo({ top: scroll, behavior: "instant" });
};
