// What this browser keeps for the site, and for one tab. Where it refuses, as it may in another site's
// frame or by the visitor's own wish, the same is known until the page is left.

const untilLeft = () => {
  const known = new Map();
  return {
    getItem: (name) => known.get(name) ?? null,
    setItem: (name, value) => known.set(name, String(value)),
    removeItem: (name) => known.delete(name),
  };
};

const storage = (name) => {
  try {
    return window[name] ?? untilLeft(); // asking for it is what a browser refuses
  } catch {
    return untilLeft();
  }
};

export const ofSite = storage("localStorage");
export const ofTab = storage("sessionStorage");
