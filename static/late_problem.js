// Something that was needed later did not come: a file did not arrive, or not whole. It is said where
// it was wanted, with a button that tries again; all else on the page goes on.

const byId = (id) => document.getElementById(id);

// Returns what says so; once its button is pressed it goes, and `again` is tried.
export const lateProblem = (error, again) => {
  console.info("needed later:", String(error?.message ?? error).trim().split("\n").pop());
  const box = byId("late-problem").content.firstElementChild.cloneNode(true);
  box.querySelector("button").addEventListener("click", () => {
    box.remove();
    again();
  });
  return box;
};

// Says so of what has no place of its own on the page.
export const tellLateProblem = (error, again) => byId("late").replaceChildren(lateProblem(error, again));
