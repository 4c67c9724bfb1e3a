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

// What has no place of its own on the page: a line of #late for each, until it is tried again.
const lacking = new Map();

export const tellLateProblem = (what, error, again) => {
  lacking.set(what, { error, again });
  tellLateProblems();
};

// Once the page was said again in another language, what is still lacking is told in that.
export const tellLateProblems = () =>
  byId("late").replaceChildren(
    ...[...lacking].map(([what, { error, again }]) =>
      lateProblem(error, () => {
        lacking.delete(what);
        again();
      }),
    ),
  );

// It came after all, by another way than its button.
export const came = (what) => lacking.delete(what) && tellLateProblems();
