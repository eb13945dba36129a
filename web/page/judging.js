"use strict";
// A claim and its rival, judged as the program judges them: by the Student-t interval of the discrepancy against the margin.
(() => {
  /** ln Gamma(x), x > 0 (Lanczos). */
  const lnGamma = (x) => {
    const c = [
      0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
      12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];
    let sum = c[0];
    for (let i = 1; i < 9; i++) sum += c[i] / (x - 1 + i);
    const t = x + 6.5;
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  };

  /** The regularized incomplete beta function, by its continued fraction. */
  const beta = (x, a, b) => {
    if (x <= 0) return 0;
    if (x >= 1) return 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
    const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
    const tiny = 1e-300;
    let [c, d] = [1, 1 - ((a + b) * x) / (a + 1)];
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    let f = d;
    for (let m = 1; m < 2000; m++) {
      const step = (numerator) => {
        d = 1 + numerator * d;
        d = 1 / (Math.abs(d) < tiny ? tiny : d);
        c = 1 + numerator / c;
        if (Math.abs(c) < tiny) c = tiny;
        f *= c * d;
        return c * d;
      };
      step((m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)));
      const change = step((-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)));
      if (Math.abs(change - 1) < 1e-16) break;
    }
    return front * f;
  };

  /** The t beyond which, on either side, Student's law with `freedom` has the share `alpha`. */
  const studentQuantile = (freedom, alpha) => {
    const missed = (t) => beta(freedom / (freedom + t * t), freedom / 2, 0.5);
    let [low, high] = [0, 1];
    while (missed(high) > alpha) high *= 2;
    for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
      const middle = (low + high) / 2;
      if (missed(middle) > alpha) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  };

  /** What the first look at the trials spends of the 1 % that all looks may miss together. */
  const ALPHA = 0.75 * 0.01;

  /** The mean of a sample with its interval, which misses with the chance `alpha`. */
  const mean = (sample, alpha = ALPHA) => {
    const n = sample.length;
    const value = sample.reduce((sum, x) => sum + x, 0) / n;
    const variance = sample.reduce((sum, x) => sum + (x - value) ** 2, 0) / (n - 1);
    const half = studentQuantile(n - 1, alpha) * Math.sqrt(variance / n);
    return { value, low: value - half, high: value + half };
  };

  /** Where an interval lies against a margin. */
  const placed = ({ low, high }, margin) => {
    if (-margin <= low && high <= margin) return "confirmed";
    if (high < -margin || margin < low) return "refuted";
    return "inconclusive";
  };

  /** A claim stands only where its rival falls. */
  const together = (claim, rival) => {
    if (claim !== "confirmed") return claim;
    return { refuted: "confirmed", confirmed: "powerless", inconclusive: "inconclusive" }[rival];
  };

  /** The claim that the measurements are `predicted`, and the rival that they are `rival`, within the margin. */
  const judge = (measured, predicted, rival, margin, alpha = ALPHA) => {
    const against = (prediction) => {
      const interval = mean(measured.map((m) => m / prediction - 1), alpha);
      return { ...interval, verdict: placed(interval, margin) };
    };
    const [claim, other] = [against(predicted), against(rival)];
    return { claim, rival: other, verdict: together(claim.verdict, other.verdict) };
  };

  if (typeof document === "undefined") {
    globalThis.solvableJudging = { studentQuantile, mean, placed, judge };
    return;
  }

  const figure = document.getElementById("judge");
  const form = figure.querySelector("form");
  const [picture, told] = [document.getElementById("judge-picture"), document.getElementById("judge-verdict")];
  const SIZES = 12;

  /** Normal numbers of a seed (mulberry32, Box and Muller): the same trials at every visit. */
  const draws = (seed, count) => {
    let state = seed >>> 0;
    const uniform = () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
    return Float64Array.from({ length: count }, () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()));
  };
  const FIRST = 3;
  let seed = FIRST;
  let normals = draws(seed, 2 ** SIZES);

  const setting = () => {
    const at = (name) => Number(form.elements[name].value);
    return { offset: at("offset"), scatter: at("scatter"), trials: Math.round(2 ** at("trials")), margin: at("margin"), rival: at("rival") };
  };

  const percent = (x, digits = 1) => `${x < 0 ? "−" : ""}${Math.abs(x).toFixed(digits)} %`;

  const ROW = 92;
  const EDGE = 48;

  const row = (place, top, title, { value, low, high, verdict }, margin, dots) => {
    const y = top + 54;
    const [from, to] = [place(100 * low), place(100 * high)];
    const marks = dots.map((d) => `<circle cx="${place(100 * d).toFixed(1)}" cy="${y + 22}" r="2" fill="currentColor" opacity=".35"/>`).join("");
    return (
      `<text x="4" y="${top + 18}" font-size="14" fill="currentColor">${title} ${percent(100 * value)} ` +
      `[${percent(100 * low)}, ${percent(100 * high)}]</text>` +
      `<g class="interval ${verdict}"><rect class="band" x="${place(-margin)}" y="${top + 30}" width="${place(margin) - place(-margin)}" height="50"/>` +
      `<path class="zero" d="M${place(0)} ${top + 28}V${top + 82}"/>` +
      `<path class="range" d="M${from.toFixed(1)} ${y}H${to.toFixed(1)}" stroke-width="4"/>` +
      `<path class="range" d="M${from.toFixed(1)} ${y - 6}v12M${to.toFixed(1)} ${y - 6}v12"/>` +
      `<circle class="dot" cx="${place(100 * value).toFixed(1)}" cy="${y}" r="5"/></g>${marks}`
    );
  };

  const axis = (place, top) =>
    [-40, -20, 0, 20, 40]
      .map((x) => `<text x="${place(x)}" y="${top}" font-size="12" text-anchor="middle" fill="currentColor">${x < 0 ? "−" : ""}${Math.abs(x)} %</text>`)
      .join("");

  const WHY = {
    confirmed: "The whole interval lies inside the margin, and the rival, judged by the same trials, is refuted.",
    powerless: "The interval lies inside the margin, but so does the rival's: these trials cannot tell the claim from the mistake.",
    refuted: "The whole interval lies outside the margin.",
    inconclusive: "An interval straddles its margin: the program draws twice as many trials and looks again.",
  };

  const show = () => {
    const { offset, scatter, trials, margin, rival } = setting();
    const words = {
      offset: percent(offset), scatter: percent(scatter), trials: String(trials), margin: `±${percent(margin)}`, rival: percent(rival, 0),
    };
    for (const [name, text] of Object.entries(words)) form.elements[name].parentElement.querySelector("output").value = text;
    const measured = Array.from(normals.subarray(0, trials), (z) => 1 + (offset + scatter * z) / 100);
    const found = judge(measured, 1, 1 + rival / 100, margin / 100);
    const dots = measured.slice(0, 256).map((m) => m - 1);
    const away = measured.slice(0, 256).map((m) => m / (1 + rival / 100) - 1);
    const label = `The claim is ${found.verdict}. Claim: ${found.claim.verdict}, rival: ${found.rival.verdict}.`;
    // As wide as its place, so that words keep their size.
    const { paddingLeft, paddingRight } = getComputedStyle(picture);
    const width = Math.max(240, picture.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight));
    const place = (x) => width / 2 + (Math.max(-EDGE, Math.min(EDGE, x)) / EDGE) * (width / 2 - 6);
    picture.innerHTML =
      `<svg viewBox="0 0 ${width} ${2 * ROW + 30}" role="img" aria-label="${label}">` +
      row(place, 0, "Claim", found.claim, margin, dots) +
      row(place, ROW, "Rival", found.rival, margin, away) +
      axis(place, 2 * ROW + 20) +
      "</svg>";
    told.innerHTML = `<span class="badge ${found.verdict}">${found.verdict}</span> ${WHY[found.verdict]}`;
  };

  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => {
    normals = draws((seed = FIRST), 2 ** SIZES);
    show();
  }));
  document.getElementById("judge-draw").addEventListener("click", () => {
    normals = draws(++seed, 2 ** SIZES);
    show();
  });
  addEventListener("resize", show);
  figure.hidden = false;
  show();
})();
