// plotly.js itself, loaded once a page from the app's own static files.

const plotlyKey = Symbol.for("bottleneck.plotly");

function loadPlotly(url) {
  return (globalThis[plotlyKey] ??= new Promise((done, fail) => {
    if (globalThis.Plotly) return done(globalThis.Plotly);
    const script = document.createElement("script");
    script.src = new URL(url, document.baseURI).href;
    script.onload = () => done(globalThis.Plotly);
    script.onerror = () => {
      globalThis[plotlyKey] = undefined;
      fail(new Error("plotly.js could not be loaded"));
    };
    document.head.append(script);
  }));
}
