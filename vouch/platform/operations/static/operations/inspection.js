// The time that an inspection has left, counted down; at its end the page asks again and is told that it is over.
"use strict";

(() => {
  const place = document.querySelector("[data-inspection-ends]");
  if (!place) return;
  const end = new Date(place.dataset.inspectionEnds).getTime();

  function show() {
    const left = Math.ceil((end - Date.now()) / 60000);
    if (left <= 0) {
      window.location.reload();
      return;
    }
    const days = Math.floor(left / 1440), hours = Math.floor((left % 1440) / 60), minutes = left % 60;
    place.textContent = (days ? `${days} 天 ` : "") + (days || hours ? `${hours} 小时 ` : "") + `${minutes} 分`;
    // No later than the end itself, so that it comes at the minute.
    window.setTimeout(show, Math.min(15000, Math.max(500, end - Date.now() + 200)));
  }
  show();
})();
