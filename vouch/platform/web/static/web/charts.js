// Mounts ECharts on every [data-chart]. Options come as JSON; "@format unit" stands where ECharts wants a function.
"use strict";

(() => {
  const INK = "#1f2a3d", MUTED = "#66738a", LINE = "#e3e8ef";
  const PALETTE = ["#066fd1", "#0ca678", "#f59f00", "#7c5cd6", "#4299e1", "#e8590c", "#1d3557", "#8a97ab"];
  const FONT = getComputedStyle(document.documentElement).getPropertyValue("--vouch-font").trim();

  const grouped = (value, places) => Number(value).toLocaleString("en-US",
    { minimumFractionDigits: 0, maximumFractionDigits: places });
  const FORMATS = {
    count: (value) => grouped(value, 2),
    yuan: (value) => grouped(value, 2),
    wan: (value) => grouped(value / 10000, 2),
    percent: (value) => `${grouped(value * 100, 2)}%`,
  };

  // Replaces "@wan 万元" by the function that writes 12345678 as "1,234.57 万元".
  function withFunctions(node, key) {
    if (typeof node === "string" && node.startsWith("@")) {
      const [name, ...unit] = node.slice(1).split(" ");
      const suffix = unit.join(" ").trim();
      const write = FORMATS[name] || FORMATS.count;
      return (given) => {
        const value = given !== null && typeof given === "object" ? given.value : given;
        if (value === null || value === undefined || value === "-") return "—";
        return suffix ? `${write(value)} ${suffix}` : write(value);
      };
    }
    if (Array.isArray(node)) return node.map((item) => withFunctions(item, key));
    if (node && typeof node === "object") {
      return Object.fromEntries(Object.entries(node).map(([name, item]) => [name, withFunctions(item, name)]));
    }
    return node;
  }

  const listed = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

  // The look shared by all charts: quiet axes, our colours, and tooltips that need no HTML.
  function dressed(option) {
    const cartesian = option.xAxis !== undefined;
    const axis = (one) => ({
      ...one,
      nameTextStyle: { color: MUTED, fontSize: 11, ...(one.nameTextStyle || {}) },
      axisLine: { lineStyle: { color: one.type === "category" ? "#c5ced9" : "transparent" } },
      axisLabel: { color: MUTED, fontSize: 11, hideOverlap: true, ...(one.axisLabel || {}) },
      splitLine: { lineStyle: { color: LINE }, ...(one.splitLine || {}) },
    });
    const dressedOption = {
      color: PALETTE,
      textStyle: { fontFamily: FONT, color: INK },
      animationDuration: 300,
      aria: { enabled: false },
      ...option,
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: "#ffffff", borderColor: LINE, borderWidth: 1,
        padding: [8, 12], textStyle: { color: INK, fontSize: 12, lineHeight: 20 }, ...(option.tooltip || {}),
      },
    };
    if (option.legend) {
      dressedOption.legend = { textStyle: { color: MUTED, fontSize: 12 }, itemGap: 16, icon: "roundRect",
        itemWidth: 14, itemHeight: 8, ...option.legend };
    }
    if (cartesian) {
      dressedOption.xAxis = listed(option.xAxis).map(axis);
      dressedOption.yAxis = listed(option.yAxis).map(axis);
      const zoom = option.dataZoom ? 34 : 0;
      const lying = listed(option.yAxis)[0].type === "category";
      dressedOption.grid = { left: 4, right: lying ? 56 : 8, top: option.legend ? 56 : lying ? 8 : 34, bottom: 4 + zoom,
        containLabel: true, ...(option.grid || {}) };
      if (lying) for (const one of dressedOption.xAxis) Object.assign(one, { nameLocation: "end", nameGap: 6 });
    }
    return dressedOption;
  }

  function mount(figure) {
    const canvas = figure.querySelector(".chart-canvas");
    const data = figure.querySelector("script[type='application/json']");
    if (!canvas || !data || window.echarts.getInstanceByDom(canvas)) return;
    const chart = window.echarts.init(canvas, null, { renderer: "svg", locale: "ZH" });
    chart.setOption(dressed(withFunctions(JSON.parse(data.textContent))));
    chart.on("click", (event) => {
      const url = event.data && event.data.url;
      if (url) window.location.assign(url);
    });
    // Covers the window, the sidebar and tabs that open alike.
    new ResizeObserver(() => { if (canvas.clientWidth) chart.resize(); }).observe(canvas);
  }

  const mountAll = (root) => root.querySelectorAll("[data-chart]").forEach(mount);
  document.addEventListener("DOMContentLoaded", () => mountAll(document));
  if (document.readyState !== "loading") mountAll(document);
  document.addEventListener("htmx:afterSettle", () => mountAll(document));
  document.addEventListener("htmx:beforeCleanupElement", (event) => {
    const canvas = event.target.classList && event.target.classList.contains("chart-canvas") ? event.target : null;
    if (canvas) window.echarts.getInstanceByDom(canvas)?.dispose();
  });
})();
