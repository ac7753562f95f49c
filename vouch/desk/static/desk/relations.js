// The map of relations: a click on a party loads its card beside the map; the map itself is drawn by charts.js.
"use strict";

(() => {
  const canvas = document.querySelector("[data-chart=map] .chart-canvas");
  const card = document.getElementById("node-card");
  const chart = canvas && window.echarts.getInstanceByDom(canvas);
  if (!chart || !card) return;

  chart.on("click", (event) => {
    const part = event.dataType === "node" && event.data.part;
    if (!part) return;
    window.htmx.ajax("GET", part, { target: card, swap: "innerHTML" }).then(() => {
      // On a narrow screen the card stands below the map.
      if (window.matchMedia("(max-width: 991px)").matches) card.scrollIntoView({ block: "nearest" });
    });
  });
})();
