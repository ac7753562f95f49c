// What every signed-in page does: the search key, the row links, and a word when a request fails.
"use strict";

(() => {
  const box = () => document.getElementById("request-error");

  // "/" puts the cursor into the list's search, as on most products; never while someone types.
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      // A list's own search first; the one in the top bar answers to Ctrl+K everywhere.
      const search = document.querySelector("main input[type=search]") || document.querySelector("input[type=search]");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    }
    if ((event.key === "j" || event.key === "k") && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      walkRows(event.key === "j" ? 1 : -1);
    }
  });

  // j and k walk down and up a list by its first links; Enter opens, as a link does.
  function walkRows(step) {
    const links = [...document.querySelectorAll("tr[data-row]")].map((row) => row.querySelector("a")).filter(Boolean);
    if (!links.length) return;
    const now = links.indexOf(document.activeElement);
    const next = now < 0 ? 0 : Math.min(links.length - 1, Math.max(0, now + step));
    links[next].focus();
  }

  // A swap takes the list's search field with it: put the cursor back where the person was typing.
  let typed = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const field = document.activeElement;
    typed = field && field.matches("input[type=search]") && event.detail.target.contains(field)
      ? { id: field.id, value: field.value, at: field.selectionStart } : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!typed) return;
    const field = document.getElementById(typed.id);
    if (field) {
      field.focus();
      if (field.value !== typed.value) field.value = typed.value;
      field.setSelectionRange(typed.at, typed.at);
    }
    typed = null;
  });

  // A number of a document, a telephone or an account must not get into an address: where the search field names
  // a way for it (data-find), such a text is sent there by POST, and nothing is sent while it is being typed.
  function looksProtected(text) {
    const folded = text.normalize("NFKC").toUpperCase();
    // Passports and travel permits; C and eight digits is a customer's number.
    if (/(?<![A-Z0-9])(?!C\d{8}(?![A-Z0-9]))[A-Z]{1,2}\d{7,8}(?![A-Z0-9])/.test(folded)) return true;
    const runs = folded.matchAll(
      /(.?)(\d(?:[\s\-.\u00b7_]*\d){6,}(?:[\s\-.\u00b7_]*X)?)(.?)/g);
    return [...runs].some(([, before, , after]) => !/[A-Z]/.test(before) && !/[A-Z]/.test(after));
  }

  function findByPost(field) {
    const form = document.createElement("form");
    const add = (name, value) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name, value });
      form.append(input);
    };
    Object.assign(form, { method: "post", action: field.dataset.find, hidden: true });
    add("q", field.value);
    add("csrfmiddlewaretoken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
    document.body.append(form);
    form.submit();
  }

  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.target.closest("form");
    const field = form && form.querySelector("input[data-find]");
    // What is posted stands in no address.
    if (!field || event.detail.verb === "post" || !looksProtected(field.value)) return;
    const cause = event.detail.triggeringEvent;
    if (cause && cause.type === "submit") {
      event.preventDefault();
      findByPost(field);
    } else if (!cause || cause.target === field) {
      event.preventDefault();
    } else {
      delete event.detail.parameters[field.name];
    }
  });

  // The same for a search that htmx does not send.
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector("input[data-find]");
    if (!field || event.target.method !== "get" || event.target.hasAttribute("hx-get") || !looksProtected(field.value)) return;
    event.preventDefault();
    findByPost(field);
  });

  // Ctrl+Enter sends the form in which somebody types, by its main button.
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest && event.target.closest("form[method=post]");
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form) return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.btn-primary[type=submit]"));
  });

  // A day can be chosen as well as typed: a button beside it opens the browser's calendar.
  function addCalendars(root) {
    for (const field of root.querySelectorAll("input[data-day]:not([data-has-calendar])")) {
      field.dataset.hasCalendar = "";
      const calendar = document.createElement("input");
      Object.assign(calendar, { type: "date", tabIndex: -1, className: "day-calendar" });
      calendar.setAttribute("aria-hidden", "true");
      const button = document.createElement("button");
      Object.assign(button, { type: "button", tabIndex: -1, className: "day-button", title: "选择日期" });
      button.setAttribute("aria-label", "选择日期");
      button.addEventListener("click", () => {
        if (/^\d{4}-\d{2}-\d{2}$/.test(field.value)) calendar.value = field.value;
        if (calendar.showPicker) calendar.showPicker();
      });
      calendar.addEventListener("change", () => {
        field.value = calendar.value;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.focus();
      });
      const box = document.createElement("span");
      box.className = "day-field";
      field.replaceWith(box);
      box.append(field, button, calendar);
    }
  }
  addCalendars(document);
  document.addEventListener("htmx:load", (event) => addCalendars(event.target));
  document.addEventListener("vouch:added", (event) => addCalendars(event.target));

  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => {
      // A session that ended answers a fragment's request with the sign-in page's address.
      if (event.detail.xhr && event.detail.xhr.status === 401) window.location.reload();
      if (box()) box().hidden = false;
    });
  }
  document.addEventListener("htmx:afterOnLoad", () => { if (box()) box().hidden = true; });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#request-error .btn-close")) box().hidden = true;
  });
  // A fragment that was redirected to the sign-in page must not be put into this page.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const url = event.detail.xhr.responseURL || "";
    if (new URL(url, window.location.href).pathname.startsWith("/sign-in")) {
      event.preventDefault();
      window.location.reload();
    }
  });
})();
