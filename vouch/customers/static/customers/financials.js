// Statements typed line by line: Enter and the arrows move down a column, totals are worked out and compared.
"use strict";

(() => {
  const table = () => document.querySelector("[data-typed]");

  function cells(column) {
    return [...table().querySelectorAll(`td:nth-child(${column}) input`)];
  }

  // 万元 with up to six decimals, as a whole number of cents: floats would show differences that are none.
  function cents(text) {
    const plain = text.normalize("NFKC").replace(/[,\s]/g, "");
    if (!/^-?\d+(\.\d{1,6})?$/.test(plain)) return null;
    const [whole, decimals = ""] = plain.replace("-", "").split(".");
    const value = BigInt(whole + decimals.padEnd(6, "0"));
    return plain.startsWith("-") ? -value : value;
  }

  function shown(value) {
    const digits = (value < 0n ? -value : value).toString().padStart(7, "0");
    const decimals = digits.slice(-6).replace(/0+$/, "");
    return (value < 0n ? "-" : "") + digits.slice(0, -6) + (decimals ? `.${decimals}` : "");
  }

  function field(code, suffix) {
    return table().querySelector(`[name="${code}${suffix}"]`);
  }

  function workOut(row, suffix) {
    const total = field(row.dataset.total, suffix);
    const note = row.querySelector(`[data-sum="${suffix}"]`);
    const parts = row.dataset.parts.split(" ").map((part) => ({ sign: part[0] === "-" ? -1n : 1n, field: field(part.slice(1), suffix) }));
    const known = parts.filter((part) => part.field && cents(part.field.value) !== null);
    const sum = known.reduce((so_far, part) => so_far + part.sign * cents(part.field.value), 0n);
    if (total.dataset.typed !== "1") total.value = known.length ? shown(sum) : "";
    const told = cents(total.value);
    const differs = known.length > 0 && told !== null && told !== sum;
    note.textContent = differs
      ? table().dataset.differs.replace("{sum}", shown(sum)).replace("{difference}", shown(told - sum)) : "";
    note.classList.toggle("text-orange", differs);
  }

  function workOutAll() {
    if (!table()) return;
    for (const row of table().querySelectorAll("[data-total]")) {
      for (const head of table().querySelectorAll("[data-suffix]")) workOut(row, head.dataset.suffix);
    }
  }

  document.addEventListener("input", (event) => {
    if (!table() || !table().contains(event.target)) return;
    event.target.dataset.typed = event.target.value.trim() === "" ? "" : "1";
    workOutAll();
  });

  document.addEventListener("keydown", (event) => {
    const input = event.target.closest && event.target.closest("[data-typed] input");
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!input || !step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const column = cells([...input.closest("tr").children].indexOf(input.closest("td")) + 1);
    const next = column[column.indexOf(input) + step];
    if (next) {
      next.focus();
      next.select();
    } else if (step > 0) {
      document.querySelector("#statement-form button[type=submit]").focus();
    }
  });

  function begin() {
    if (!table()) return;
    // What the server sent back was typed by somebody.
    for (const input of table().querySelectorAll("input")) if (input.value.trim() !== "") input.dataset.typed = "1";
    workOutAll();
  }

  document.addEventListener("DOMContentLoaded", begin);
  // A table that was pasted has filled the form anew.
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "preview") begin();
  });
})();
