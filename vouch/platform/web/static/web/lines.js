// Lines of a form: Enter goes to the next one, rows copied from a spreadsheet fill as many as they need.
"use strict";

(() => {
  const cells = (line) => [...line.querySelectorAll("input:not([type=hidden]):not(.day-calendar), select")];
  const linesOf = (table) => [...table.tBodies[0].rows].filter((row) => !row.hidden);

  function addLine(table) {
    const total = table.querySelector("input[name$=-TOTAL_FORMS]");
    const most = Number(table.querySelector("input[name$=-MAX_NUM_FORMS]").value);
    const count = Number(total.value);
    if (count >= most) return null;
    const blank = table.querySelector("template").content.firstElementChild.cloneNode(true);
    for (const part of blank.querySelectorAll("[name], [id], [for], [aria-label]")) {
      for (const name of ["name", "id", "for"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace("__prefix__", count));
      }
    }
    table.tBodies[0].append(blank);
    total.value = count + 1;
    blank.dispatchEvent(new CustomEvent("vouch:added", { bubbles: true }));
    return blank;
  }

  function after(table, line) {
    const lines = linesOf(table);
    return lines[lines.indexOf(line) + 1] || addLine(table);
  }

  document.addEventListener("keydown", (event) => {
    const table = event.target.closest("table[data-lines]");
    if (!table || event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
    if (event.target.matches("button")) return;
    event.preventDefault();
    const next = after(table, event.target.closest("tr"));
    if (next) cells(next)[0].focus();
  });

  // A chosen word by its label or its value.
  function put(cell, text) {
    if (!cell.matches("select")) {
      cell.value = text;
      return;
    }
    const found = [...cell.options].find((one) => one.value === text || one.text === text);
    if (found) cell.value = found.value;
  }

  document.addEventListener("paste", (event) => {
    const table = event.target.closest && event.target.closest("table[data-lines]");
    if (!table) return;
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n+$/, "");
    if (!/[\t\n]/.test(text)) return;
    event.preventDefault();
    let line = event.target.closest("tr");
    const first = cells(line).indexOf(event.target);
    const rows = text.split("\n").filter((row) => row.trim());
    let left = 0;
    rows.forEach((row, place) => {
      if (place) line = line && after(table, line);
      if (!line) {
        left += 1;
        return;
      }
      row.split("\t").forEach((value, column) => {
        const cell = cells(line)[first + column];
        if (cell) put(cell, value.trim());
      });
    });
    const told = table.parentElement.querySelector("[data-lines-told]");
    if (told) {
      told.textContent = left
        ? `已粘贴 ${rows.length - left} 行，另有 ${left} 行超出上限，没有粘贴`
        : `已粘贴 ${rows.length} 行`;
    }
  });

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-lines-add]");
    if (add) {
      const line = addLine(document.getElementById(add.dataset.linesAdd));
      if (line) cells(line)[0].focus();
    }
    const remove = event.target.closest("[data-line-remove]");
    if (remove) {
      const line = remove.closest("tr");
      // The server leaves out what is empty; numbers of the others stay as they are.
      for (const cell of cells(line)) cell.value = "";
      line.hidden = true;
    }
  });
})();
