// What a dashboard in Grafana's classic JSON is made of, in Grafana's own types; grafana_check.js makes a schema of them.
import type { Dashboard, Panel } from "@grafana/schema/dist/types/raw/dashboard/x/types.gen";
import type { Options as BarGauge } from "@grafana/schema/dist/types/raw/composable/bargauge/panelcfg/x/types.gen";
import type { Options as Stat } from "@grafana/schema/dist/types/raw/composable/stat/panelcfg/x/types.gen";
import type { Options as Table } from "@grafana/schema/dist/types/raw/composable/table/panelcfg/x/types.gen";
import type { Options as TimeSeries, FieldConfig } from "@grafana/schema/dist/types/raw/composable/timeseries/panelcfg/x/types.gen";

export interface Parts {
  dashboard: Dashboard;
  panel: Panel;
  bargauge: Partial<BarGauge>;
  stat: Partial<Stat>;
  table: Partial<Table>;
  timeseries: Partial<TimeSeries>;
  timeseriesField: Partial<FieldConfig>;
}
