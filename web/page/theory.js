"use strict";
// The theory of a page, in a worker that all its scripts share: `theory()` starts it when it is asked for first.
(() => {
  // Where the module is: in the page, or among the assets of the site.
  const beside = `${document.body?.dataset.root ?? ""}assets/solvable.wasm.js`;
  let started = null;

  const text = () => {
    const inside = document.getElementById("solvable-wasm");
    if (inside) return Promise.resolve(inside.textContent);
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = beside;
      script.onload = () => resolve(globalThis.solvableWasm);
      script.onerror = () => reject(new Error(`${beside} cannot be loaded`));
      document.head.append(script);
    });
  };

  globalThis.theory = () => {
    started ??= text()
      .then(solvable.unpack)
      .then((bytes) => solvable.TheoryWorker.start(bytes));
    return started;
  };
})();
