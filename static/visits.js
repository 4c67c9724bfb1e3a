// Bringing visits: a file or a pasted text is handed to Python, which reads it in the worker; the
// page asks anew once it is read. Nothing of it is sent to anybody.

import { lateProblem } from "./late_load_error.js";
import { used } from "./offline_copy.js";
import { handOver, heard, visits } from "./python_worker.js";

const byId = (id) => document.getElementById(id);
const root = document.documentElement;

let count = () => {};
let turn = 0;

const say = (text, wrong = false) => {
  const line = byId("visits-told");
  line.textContent = text;
  line.classList.toggle("wrong", wrong);
};

// Only the table that was brought last is counted; one that cannot be read changes nothing.
const bring = async (question, file = null) => {
  const mine = ++turn;
  say("");
  byId("visits-late").replaceChildren();
  if (file) handOver([{ path: file.name, file }]);
  heard((told) => mine === turn && say(told));
  const { problem, error } = await visits(question).catch((failed) => ({ error: failed }));
  if (mine !== turn) return;
  say(problem ?? "", Boolean(problem));
  if (error) return byId("visits-late").replaceChildren(lateProblem(error, () => bring(question, file)));
  if (problem) return;
  used();
  byId("visits").value = "own";
  await count(byId("visits"));
};

const bringFile = (files) => {
  if (files.length > 1) return say(byId("visits-told").dataset.droppedOne, true);
  if (files.length) bring({}, files[0]);
};

document.addEventListener("click", ({ target }) => {
  if (target.closest("[data-pick-visits]")) byId("visits-file").click();
  if (target.closest("[data-paste-visits]")) bring({ text: byId("visits-text").value });
});

document.addEventListener("change", ({ target }) => {
  if (target.id !== "visits-file") return;
  bringFile([...target.files]);
  target.value = "";
});

const carriesFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  root.dataset.dropping = "";
});
document.addEventListener("dragleave", ({ relatedTarget }) => relatedTarget ?? delete root.dataset.dropping);

// The box that finds models takes no file on this page, so a file is visits, whether it is open or not.
document.addEventListener("drop", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  delete root.dataset.dropping;
  bringFile([...event.dataTransfer.files]);
});

// From now on visits can be brought; `counted` has the page ask about them.
export const begin = (counted) => {
  count = counted;
  root.dataset.visits = "";
};
