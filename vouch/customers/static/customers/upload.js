// An upload that shows how far it is. Without script the form is sent as any other.
"use strict";

(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-upload]");
    if (!form || ![...form.querySelectorAll("input[type=file]")].some((one) => one.files.length)) return;
    event.preventDefault();
    const bar = form.querySelector("[data-upload-bar]");
    const button = form.querySelector("button[type=submit]");
    const request = new XMLHttpRequest();
    bar.hidden = false;
    button.disabled = true;
    request.upload.addEventListener("progress", (step) => {
      if (!step.lengthComputable) return;
      const percent = Math.floor((step.loaded / step.total) * 100);
      bar.querySelector("progress").value = percent;
      bar.querySelector("[data-upload-percent]").textContent = String(percent);
    });
    request.addEventListener("load", () => {
      // A redirect was followed: go there; the message waits on that page only if it was not yet drawn.
      if (new URL(request.responseURL).pathname !== window.location.pathname) {
        document.open();
        document.write(request.responseText);
        document.close();
        window.history.replaceState(null, "", request.responseURL);
        return;
      }
      const answer = new DOMParser().parseFromString(request.responseText, "text/html");
      const content = answer.getElementById("content");
      if (!content) { window.location.reload(); return; }
      document.getElementById("content").replaceWith(content);
      const wrong = content.querySelector(".is-invalid, .alert-danger");
      if (wrong) wrong.scrollIntoView({ block: "center" });
    });
    request.addEventListener("error", () => {
      bar.hidden = true;
      button.disabled = false;
      const box = document.getElementById("request-error");
      if (box) box.hidden = false;
    });
    request.open("POST", form.action || window.location.href);
    request.send(new FormData(form));
  });
})();
