// Papers and photos: chosen, dropped or photographed, several at once. Each file is a request of its own, so that one
// that is refused leaves the others alone, and no upload grows so large that the server would put it on the disk.
// Without script the form sends one file as any other form does.
"use strict";

(() => {
  const form = document.querySelector("form[data-files]");
  if (!form) return;
  const chosen = form.querySelector("input[name=file]");
  const photo = form.querySelector("input[name=photo]");
  const list = form.querySelector("[data-queue-list]");
  const place = form.querySelector("[data-drop]");
  const button = form.querySelector("button[type=submit]");
  const words = form.querySelector("[data-words]").dataset;
  const most = Number(form.dataset.most) * 1024 * 1024;
  const many = "many" in form.dataset;
  const queue = new Map();

  if (many) chosen.multiple = true;
  form.querySelector("[data-drop-hint]").hidden = false;

  const token = () => [...crypto.getRandomValues(new Uint8Array(16))]
    .map((one) => one.toString(16).padStart(2, "0")).join("");
  const readable = (size) => (size < 1024 * 1024 ? `${Math.ceil(size / 1024)} KB`
    : `${(size / 1024 / 1024).toFixed(1)} MB`);

  function add(files) {
    for (const file of files) {
      if (!many) { for (const line of queue.keys()) line.remove(); queue.clear(); }
      const line = form.querySelector("template[data-line]").content.firstElementChild.cloneNode(true);
      line.querySelector("[data-name]").textContent = file.name;
      line.querySelector("[data-size]").textContent = readable(file.size);
      const trouble = file.size > most ? words.tooLarge : file.size === 0 ? words.empty : "";
      line.querySelector("[data-answer]").textContent = trouble;
      line.querySelector("[data-answer]").classList.toggle("text-red", Boolean(trouble));
      line.querySelector("[data-drop-line]").addEventListener("click", () => {
        queue.delete(line);
        line.remove();
        list.parentElement.hidden = !list.children.length;
      });
      list.append(line);
      if (!trouble) queue.set(line, { file, token: token() });
    }
    list.parentElement.hidden = !list.children.length;
  }

  for (const input of [chosen, photo]) {
    input.addEventListener("change", () => { add(input.files); input.value = ""; });
  }
  for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
    form.addEventListener(name, (event) => {
      event.preventDefault();
      place.classList.toggle("drop-over", name === "dragenter" || name === "dragover");
      if (name === "drop") add(event.dataTransfer.files);
    });
  }

  function send(line, { file, token: key }) {
    return new Promise((done) => {
      const data = new FormData(form);
      data.delete("photo");
      data.set("file", file);
      data.set("once_key", key);
      const bar = line.querySelector("progress");
      const answer = line.querySelector("[data-answer]");
      const request = new XMLHttpRequest();
      bar.hidden = false;
      request.upload.addEventListener("progress", (step) => {
        if (step.lengthComputable) bar.value = Math.floor((step.loaded / step.total) * 100);
      });
      request.addEventListener("loadend", () => {
        bar.hidden = true;
        const isAnswer = request.status === 200 || request.status === 422;
        if (isAnswer) answer.innerHTML = request.responseText;
        else answer.textContent = words.failed;
        answer.classList.toggle("text-red", !isAnswer);
        if (request.status === 200) {
          queue.delete(line);
          line.querySelector("[data-drop-line]").remove();
        }
        done();
      });
      request.open("POST", window.location.href);
      request.setRequestHeader("X-One-Of-Several", "yes");
      request.send(data);
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    if (!queue.size) {
      const hint = form.querySelector("[data-drop-hint]");
      hint.textContent = words.none;
      hint.classList.add("text-red");
      return;
    }
    button.disabled = true;
    for (const [line, one] of [...queue]) await send(line, one);
    button.disabled = false;
  });
})();
