/** What the admin's pages load. */
import { reportStyle } from "@tare/eval/report";
import { type Asset, asset } from "../assets.ts";
import dashboardCss from "./dashboard.css" with { type: "text" };
import dashboardJs from "./dashboard.js" with { type: "text" };

/** What each path gives: the reports' own style sheet is among it, so that bars and tables look as they do there. */
export const dashboardAssets: Readonly<Record<string, Asset>> = {
  "/assets/report.css": asset("css", reportStyle),
  "/assets/dashboard/dashboard.css": asset("css", dashboardCss),
  "/assets/dashboard/dashboard.js": asset("js", dashboardJs),
};
