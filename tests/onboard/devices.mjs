// SPDX-License-Identifier: Apache-2.0
// tests/onboard/devices.mjs -- messages as Zigbee2MQTT, Tasmota and ESPHome publish them: our own devices, their forms.

const ZIGBEE_LIST = [
  { ieee_address: "0x00124b0014aaaaaa", type: "Coordinator", friendly_name: "Coordinator", definition: null,
    disabled: false, interview_completed: true, supported: true, network_address: 0 },
  { ieee_address: "0x00158d0001dc126a", type: "EndDevice", friendly_name: "hall", disabled: false,
    network_address: 29159, power_source: "Battery", supported: true, interview_completed: true,
    definition: { model: "WSDCGQ11LM", vendor: "Aqara", description: "Temperature and humidity sensor", options: [],
      exposes: [
        { type: "numeric", name: "temperature", property: "temperature", label: "Temperature", access: 1, unit: "°C" },
        { type: "numeric", name: "humidity", property: "humidity", label: "Humidity", access: 1, unit: "%" },
        { type: "numeric", name: "battery", property: "battery", label: "Battery", access: 1, unit: "%",
          value_min: 0, value_max: 100, category: "diagnostic" },
        { type: "numeric", name: "linkquality", property: "linkquality", label: "Linkquality", access: 1, unit: "lqi",
          value_min: 0, value_max: 255 } ] } },
  { ieee_address: "0x000b57fffec6a5b2", type: "Router", friendly_name: "kitchen/lamp", disabled: false,
    power_source: "Mains (single phase)", supported: true, interview_completed: true,
    definition: { model: "LED1545G12", vendor: "IKEA", description: "TRADFRI bulb", options: [],
      exposes: [
        { type: "light", features: [
          { type: "binary", name: "state", property: "state", label: "State", access: 7, value_on: "ON",
            value_off: "OFF", value_toggle: "TOGGLE" },
          { type: "numeric", name: "brightness", property: "brightness", label: "Brightness", access: 7, value_min: 0,
            value_max: 254 } ] },
        { type: "enum", name: "power_on_behavior", property: "power_on_behavior", access: 7,
          values: ["off", "on", "toggle", "previous"] },
        { type: "numeric", name: "linkquality", property: "linkquality", access: 1, unit: "lqi" } ] } },
];

/** Zigbee2MQTT after its start, and a first message of each device. */
export function zigbee2mqtt() {
  return [
    ["zigbee2mqtt/bridge/state", '{"state":"online"}', true],
    ["zigbee2mqtt/bridge/devices", JSON.stringify(ZIGBEE_LIST), true],
    ["zigbee2mqtt/bridge/logging", '{"level":"info","message":"started"}', false],
    ["zigbee2mqtt/hall/availability", '{"state":"online"}', true],
    ["zigbee2mqtt/hall", '{"battery":97,"humidity":44.7,"linkquality":120,"temperature":21.34,"voltage":3015}', false],
    ["zigbee2mqtt/kitchen/lamp", '{"brightness":215,"linkquality":90,"state":"ON","power_on_behavior":"previous",'
      + '"update":{"state":"idle","installed_version":1}}', false],
  ];
}

/** A Tasmota plug with an energy meter. The sensors are announced before the config, which happens. */
export function tasmota() {
  const mac = "C4DD57A1B2C3";
  return [
    [`tasmota/discovery/${mac}/sensors`, JSON.stringify({ sn: { Time: "2026-01-05T12:00:00", ENERGY: {
      TotalStartTime: "2025-01-01T00:00:00", Total: 12.345, Yesterday: 0.5, Today: 0.123, Power: 12, ApparentPower: 20,
      ReactivePower: 16, Factor: 0.6, Voltage: 230, Current: 0.087 } }, ver: 1 }), true],
    [`tasmota/discovery/${mac}/config`, JSON.stringify({ ip: "192.0.2.17", dn: "Washing machine",
      fn: ["Washing machine", null, null, null], hn: "plug1-4803", mac, md: "Gosund SP1", ty: 0, if: 0,
      ofln: "Offline", onln: "Online", state: ["OFF", "ON", "TOGGLE", "HOLD"], sw: "13.3.0", t: "plug1",
      ft: "%prefix%/%topic%/", tp: ["cmnd", "stat", "tele"], rl: [1, 0, 0, 0], swc: [-1, -1], swn: [null, null],
      btn: [0, 0], so: { 4: 0, 11: 0 }, lk: 0, lt_st: 0, sho: [0, 0], ver: 1 }), true],
    ["tele/plug1/LWT", "Online", true],
    ["tele/plug1/STATE", '{"Time":"2026-01-05T12:00:05","Uptime":"0T00:05:12","POWER":"ON","Wifi":{"RSSI":88}}', false],
    ["tele/plug1/SENSOR", '{"Time":"2026-01-05T12:00:05","ENERGY":{"TotalStartTime":"2025-01-01T00:00:00",'
      + '"Total":12.346,"Yesterday":0.5,"Today":0.124,"Power":1830,"ApparentPower":1840,"ReactivePower":16,'
      + '"Factor":0.99,"Voltage":229,"Current":7.98}}', false],
    ["stat/plug1/POWER", "ON", false],
  ];
}

/** An ESPHome node: every entity is a Home Assistant discovery message of its own, abbreviated. */
export function esphome() {
  const dev = { ids: "a0b765aabbcc", name: "Greenhouse", sw: "esphome v2025.4.0", mdl: "esp32dev", mf: "Espressif" };
  const avty = { avty_t: "greenhouse/status", pl_avail: "online", pl_not_avail: "offline" };
  return [
    ["homeassistant/sensor/greenhouse/soil_temperature/config", JSON.stringify({ dev_cla: "temperature",
      unit_of_meas: "°C", stat_cla: "measurement", name: "Soil Temperature",
      stat_t: "greenhouse/sensor/soil_temperature/state", ...avty, uniq_id: "ESPsensorsoil_temperature", dev }), true],
    ["homeassistant/sensor/greenhouse/water/config", JSON.stringify({ "~": "greenhouse/sensor", unit_of_meas: "L",
      stat_cla: "total_increasing", name: "Water", stat_t: "~/water/state", ...avty, uniq_id: "ESPsensorwater", dev }), true],
    ["homeassistant/switch/greenhouse/valve/config", JSON.stringify({ name: "Valve",
      stat_t: "greenhouse/switch/valve/state", cmd_t: "greenhouse/switch/valve/command", ...avty,
      uniq_id: "ESPswitchvalve", dev }), true],
    ["homeassistant/sensor/greenhouse/vpd/config", JSON.stringify({ name: "Dryness",
      stat_t: "greenhouse/raw", val_tpl: "{% if value_json.a > 3 %}1{% else %}0{% endif %}", uniq_id: "x", dev }), true],
    ["greenhouse/status", "online", true],
    ["greenhouse/sensor/soil_temperature/state", "17.4", false],
    ["greenhouse/sensor/water/state", "1042", false],
    ["greenhouse/switch/valve/state", "OFF", false],
  ];
}
