// An article's own page.
import { wireCopy } from "./reader.js";
wireCopy(document);
document.querySelector("#passage")?.scrollIntoView({ block: "center" });
