// The rating sheet: a digit chooses an answer and goes on to the next question; reasons show where answers differ.
"use strict";

(() => {
  const form = document.querySelector("form[data-answers]");
  if (!form) return;
  const questions = [...form.querySelectorAll("[data-question]")];
  const progress = form.querySelector("[data-progress]");
  const chosen = (question) => question.querySelector("input[type=radio]:checked");

  function show() {
    const answered = questions.filter(chosen).length;
    progress.textContent = `${progress.dataset.words} ${answered} / ${questions.length}`;
    for (const question of questions) {
      const note = question.querySelector("[data-note]");
      if (!note) continue;
      const radio = chosen(question);
      const isWrong = Boolean(note.querySelector(".is-invalid"));
      note.hidden = !isWrong && (!radio || radio.value === question.dataset.former);
    }
  }

  form.addEventListener("change", show);
  form.addEventListener("keydown", (event) => {
    const question = event.target.closest("[data-question]");
    if (!question || event.target.type !== "radio" || event.ctrlKey || event.metaKey || event.altKey) return;
    const radio = question.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    show();
    const note = question.querySelector("[data-note]");
    const next = questions[questions.indexOf(question) + 1];
    const reason = note && !note.hidden ? note.querySelector("input") : null;
    const target = reason || (next ? chosen(next) || next.querySelector("input[type=radio]")
      : form.querySelector("button[type=submit]"));
    target.focus();
    target.scrollIntoView({ block: "nearest" });
  });
  show();
})();
