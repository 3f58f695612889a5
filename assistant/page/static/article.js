// An article's own page.
import { startGloss } from "./gloss.js";
import { wireCopy } from "./reader.js";
wireCopy(document);
startGloss();
document.querySelector("#passage")?.scrollIntoView({ block: "center" });
