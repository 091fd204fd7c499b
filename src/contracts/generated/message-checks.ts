// @ts-nocheck
/**
 * Generated from src/contracts/schema by "npm run generate"; not edited by hand.
 *
 * Whether a value fits the schema of a message, but for unknown members; what the check of one member needs; and the
 * schemas themselves, without what is said to people. Holds parts of typebox (MIT, Copyright (c) Haydn Paterson).
 */
// node_modules/typebox/build/format/date.mjs
var DAYS = [
	0,
	31,
	28,
	31,
	30,
	31,
	30,
	31,
	31,
	30,
	31,
	30,
	31
];
var DATE = /^(\d\d\d\d)-(\d\d)-(\d\d)$/;
function IsLeapYear(year) {
	return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
/**
* Returns true if the value is a ISO8601 Date component string
* @description https://datatracker.ietf.org/doc/html/rfc3339
* @example `2020-12-12`
*/
function IsDate(value) {
	const matches = DATE.exec(value);
	if (!matches) return false;
	const year = +matches[1];
	const month = +matches[2];
	const day = +matches[3];
	return month >= 1 && month <= 12 && day >= 1 && day <= (month === 2 && IsLeapYear(year) ? 29 : DAYS[month]);
}
// node_modules/typebox/build/format/time.mjs
var TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d))?$/;
/**
* Returns true if the value is an ISO time string
* @specification https://datatracker.ietf.org/doc/html/rfc3339
*/
function IsTime(value, strictTimeZone = true) {
	const matches = TIME.exec(value);
	if (!matches) return false;
	if (strictTimeZone && !matches[4] && !matches[5]) return false;
	const hr = +matches[1];
	const min = +matches[2];
	const sec = +matches[3];
	if (hr > 23 || min > 59 || sec > 60) return false;
	if (matches[5]) {
		const tzH = +matches[6];
		const tzM = +matches[7];
		if (tzH > 23 || tzM > 59) return false;
	}
	if (sec < 60) return true;
	const tzSign = matches[5] === "-" ? -1 : 1;
	const tzH = +(matches[6] || 0);
	const tzM = +(matches[7] || 0);
	return ((hr * 60 + min - tzSign * (tzH * 60 + tzM)) % 1440 + 1440) % 1440 === 1439;
}
// node_modules/typebox/build/format/date_time.mjs
var DATE_TIME_SUFFIX = /^(?:\[!?(?:(?!\.{1,2}[/\]])[A-Za-z._][A-Za-z._0-9+-]{0,13}(?:\/(?!\.{1,2}[/\]])[A-Za-z._][A-Za-z._0-9+-]{0,13})*|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\](?:\[!?[a-z_][a-z_0-9-]*=[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\])*|(?:\[!?[a-z_][a-z_0-9-]*=[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\])*)$/;
/**
* Returns true if the string is an [RFC 3339](https://datatracker.ietf.org/doc/html/rfc3339) date-time with optional [RFC 9557](https://datatracker.ietf.org/doc/html/rfc9557) suffix.
* @specification https://datatracker.ietf.org/doc/html/rfc3339
* @specification https://datatracker.ietf.org/doc/html/rfc9557
* @example `2020-12-12T20:20:40+00:00`
*/
function IsDateTime(value) {
	const index = value.indexOf("[");
	const datetime = index === -1 ? value : value.slice(0, index);
	if (index !== -1 && !DATE_TIME_SUFFIX.test(value.slice(index))) return false;
	const split = datetime.split(/T/i);
	return split.length === 2 && IsDate(split[0]) && IsTime(split[1]);
}
// node_modules/typebox/build/guard/unicode/unicode.mjs
/** Returns the total number of Unicode code points in the string */
function CodePointCount$1(value) {
	let result = 0, index = 0, prev = 0;
	while (index < value.length) {
		const next = value.charCodeAt(index++) >> 10;
		result += +((prev << 8 | next) !== 13879);
		prev = next;
	}
	return result;
}
// node_modules/typebox/build/guard/guard.mjs
/** Returns true if this value is bigint */
function IsBigInt(value) {
	return IsEqual(typeof value, "bigint");
}
/** Returns true if this value is integer */
function IsInteger(value) {
	return Number.isInteger(value);
}
/** Returns true if this value is number */
function IsNumber(value) {
	return Number.isFinite(value);
}
function IsEqual(left, right) {
	return left === right;
}
function IsMultipleOf(dividend, divisor) {
	if (IsBigInt(dividend) || IsBigInt(divisor)) return BigInt(dividend) % BigInt(divisor) === 0n;
	const tolerance = 1e-10;
	if (!IsNumber(dividend)) return true;
	if (IsInteger(dividend) && 1 / divisor % 1 === 0) return true;
	const mod = dividend % divisor;
	return Math.min(Math.abs(mod), Math.abs(mod - divisor), Math.abs(mod + divisor)) < tolerance;
}
/** Returns the total number of Unicode code points in the string. */
function CodePointCount(value) {
	return CodePointCount$1(value);
}
// virtual:frame
var External$2 = [];
function SetExternal$2(external) {
	External$2 = external.variables;
}
var check_0$2 = ((value) => typeof value === "object" && value !== null && !Array.isArray(value) && "type" in value && "cluster_id" in value && "beat_index" in value && "downbeat" in value && "phase" in value && "hlc" in value && "deadline_at" in value && "tempo_bpm" in value && "window_id" in value && typeof value.type === "string" && value.type === "backbeat.beatframe.v1" && typeof value.cluster_id === "string" && (value.cluster_id.length >= 2 || value.cluster_id.length >= 1 && CodePointCount(value.cluster_id) >= 1) && (value.cluster_id.length <= 64 || value.cluster_id.length <= 128 && CodePointCount(value.cluster_id) <= 64) && External$2[0].test(value.cluster_id) && Number.isInteger(value.beat_index) && (!(Number.isFinite(value.beat_index) || typeof value.beat_index === "bigint") || value.beat_index >= 0 && value.beat_index <= 0x8000000000000000) && typeof value.downbeat === "boolean" && (value.phase === "plan" || value.phase === "execute" || value.phase === "review") && typeof value.hlc === "string" && External$2[1].test(value.hlc) && typeof value.deadline_at === "string" && External$2[2](value.deadline_at) && Number.isFinite(value.tempo_bpm) && value.tempo_bpm >= .1 && value.tempo_bpm <= 1e3 && IsMultipleOf(value.tempo_bpm, .1) && typeof value.window_id === "string" && External$2[3].test(value.window_id) && (value.metadata === void 0 || !("metadata" in value) || typeof value.metadata === "object" && value.metadata !== null && !Array.isArray(value.metadata)));
function Check$2(value) {
	return check_0$2(value);
}
SetExternal$2({ variables: [
	/^[a-zA-Z0-9_-]+$/u,
	/^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$/u,
	IsDateTime,
	/^[0-9a-fA-F]{32}$/u
] });
// virtual:claim
var External$1 = [];
function SetExternal$1(external) {
	External$1 = external.variables;
}
var check_0$1 = ((value) => typeof value === "object" && value !== null && !Array.isArray(value) && "type" in value && "agent_id" in value && "beat_index" in value && "state" in value && "hlc" in value && typeof value.type === "string" && value.type === "backbeat.statusclaim.v1" && typeof value.agent_id === "string" && (value.agent_id.length >= 2 || value.agent_id.length >= 1 && CodePointCount(value.agent_id) >= 1) && (value.agent_id.length <= 128 || value.agent_id.length <= 256 && CodePointCount(value.agent_id) <= 128) && External$1[0].test(value.agent_id) && (value.task_id === void 0 || !("task_id" in value) || typeof value.task_id === "string" && (value.task_id.length >= 2 || value.task_id.length >= 1 && CodePointCount(value.task_id) >= 1) && (value.task_id.length <= 128 || value.task_id.length <= 256 && CodePointCount(value.task_id) <= 128) && External$1[1].test(value.task_id)) && Number.isInteger(value.beat_index) && (!(Number.isFinite(value.beat_index) || typeof value.beat_index === "bigint") || value.beat_index >= 0 && value.beat_index <= 0x8000000000000000) && (value.state === "idle" || value.state === "planning" || value.state === "executing" || value.state === "reviewing" || value.state === "completed" || value.state === "failed" || value.state === "blocked" || value.state === "helping") && (value.beats_left === void 0 || !("beats_left" in value) || Number.isInteger(value.beats_left) && (!(Number.isFinite(value.beats_left) || typeof value.beats_left === "bigint") || value.beats_left >= 0 && value.beats_left <= 1e3)) && (value.progress === void 0 || !("progress" in value) || Number.isFinite(value.progress) && value.progress >= 0 && value.progress <= 1) && (value.notes === void 0 || !("notes" in value) || typeof value.notes === "string" && (value.notes.length <= 256 || value.notes.length <= 512 && CodePointCount(value.notes) <= 256)) && typeof value.hlc === "string" && External$1[2].test(value.hlc) && (value.resources === void 0 || !("resources" in value) || typeof value.resources === "object" && value.resources !== null && !Array.isArray(value.resources) && (value.resources.cpu_percent === void 0 || !("cpu_percent" in value.resources) || Number.isFinite(value.resources.cpu_percent) && value.resources.cpu_percent >= 0) && (value.resources.memory_mb === void 0 || !("memory_mb" in value.resources) || Number.isFinite(value.resources.memory_mb) && value.resources.memory_mb >= 0) && (value.resources.disk_io_ops === void 0 || !("disk_io_ops" in value.resources) || Number.isFinite(value.resources.disk_io_ops) && value.resources.disk_io_ops >= 0) && (value.resources.network_kb === void 0 || !("network_kb" in value.resources) || Number.isFinite(value.resources.network_kb) && value.resources.network_kb >= 0)) && (value.dependencies === void 0 || !("dependencies" in value) || Array.isArray(value.dependencies) && value.dependencies.every((unique_0, index) => typeof unique_0 === "string" && (unique_0.length >= 2 || unique_0.length >= 1 && CodePointCount(unique_0) >= 1) && (unique_0.length <= 128 || unique_0.length <= 256 && CodePointCount(unique_0) <= 128) && External$1[3].test(unique_0))) && (value.metadata === void 0 || !("metadata" in value) || typeof value.metadata === "object" && value.metadata !== null && !Array.isArray(value.metadata)));
function Check$1(value) {
	return check_0$1(value);
}
SetExternal$1({ variables: [
	/^[a-zA-Z0-9_:-]+$/u,
	/^[a-zA-Z0-9_:-]+$/u,
	/^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$/u,
	/^[a-zA-Z0-9_:-]+$/u
] });
// virtual:report
var External = [];
function SetExternal(external) {
	External = external.variables;
}
var check_0 = ((value) => typeof value === "object" && value !== null && !Array.isArray(value) && "type" in value && "window_id" in value && "from_beat" in value && "to_beat" in value && "agents_reporting" in value && "on_time_reviews" in value && "help_promises_fulfilled" in value && "secret_rotations_ok" in value && "tempo_drift_ms" in value && typeof value.type === "string" && value.type === "backbeat.barreport.v1" && typeof value.window_id === "string" && External[0].test(value.window_id) && Number.isInteger(value.from_beat) && (!(Number.isFinite(value.from_beat) || typeof value.from_beat === "bigint") || value.from_beat >= 0 && value.from_beat <= 0x8000000000000000) && Number.isInteger(value.to_beat) && (!(Number.isFinite(value.to_beat) || typeof value.to_beat === "bigint") || value.to_beat >= 0 && value.to_beat <= 0x8000000000000000) && Number.isInteger(value.agents_reporting) && (!(Number.isFinite(value.agents_reporting) || typeof value.agents_reporting === "bigint") || value.agents_reporting >= 0) && Number.isInteger(value.on_time_reviews) && (!(Number.isFinite(value.on_time_reviews) || typeof value.on_time_reviews === "bigint") || value.on_time_reviews >= 0) && Number.isInteger(value.help_promises_fulfilled) && (!(Number.isFinite(value.help_promises_fulfilled) || typeof value.help_promises_fulfilled === "bigint") || value.help_promises_fulfilled >= 0) && typeof value.secret_rotations_ok === "boolean" && Number.isFinite(value.tempo_drift_ms) && (value.issues === void 0 || !("issues" in value) || Array.isArray(value.issues) && value.issues.every((unique_0, index) => typeof unique_0 === "object" && unique_0 !== null && !Array.isArray(unique_0) && "severity" in unique_0 && "category" in unique_0 && "count" in unique_0 && typeof unique_0.severity === "string" && typeof unique_0.category === "string" && Number.isInteger(unique_0.count) && (!(Number.isFinite(unique_0.count) || typeof unique_0.count === "bigint") || unique_0.count >= 0)) && value.issues.length <= 100));
function Check(value) {
	return check_0(value);
}
SetExternal({ variables: [/^[0-9a-fA-F]{32}$/u] });
// virtual:entry
var checks = {
	frame: Check$2,
	claim: Check$1,
	report: Check
};
var schemas = {
	"frame": {
		"type": "object",
		"required": [
			"type",
			"cluster_id",
			"beat_index",
			"downbeat",
			"phase",
			"hlc",
			"deadline_at",
			"tempo_bpm",
			"window_id"
		],
		"properties": {
			"type": {
				"type": "string",
				"const": "backbeat.beatframe.v1"
			},
			"cluster_id": {
				"type": "string",
				"pattern": "^[a-zA-Z0-9_-]+$",
				"minLength": 1,
				"maxLength": 64
			},
			"beat_index": {
				"type": "integer",
				"minimum": 0,
				"maximum": 0x8000000000000000
			},
			"downbeat": { "type": "boolean" },
			"phase": { "enum": [
				"plan",
				"execute",
				"review"
			] },
			"hlc": {
				"type": "string",
				"pattern": "^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$"
			},
			"deadline_at": {
				"type": "string",
				"format": "date-time"
			},
			"tempo_bpm": {
				"type": "number",
				"minimum": .1,
				"maximum": 1e3,
				"multipleOf": .1
			},
			"window_id": {
				"type": "string",
				"pattern": "^[0-9a-fA-F]{32}$"
			},
			"metadata": { "type": "object" }
		}
	},
	"claim": {
		"type": "object",
		"required": [
			"type",
			"agent_id",
			"beat_index",
			"state",
			"hlc"
		],
		"properties": {
			"type": {
				"type": "string",
				"const": "backbeat.statusclaim.v1"
			},
			"agent_id": {
				"type": "string",
				"pattern": "^[a-zA-Z0-9_:-]+$",
				"minLength": 1,
				"maxLength": 128
			},
			"task_id": {
				"type": "string",
				"pattern": "^[a-zA-Z0-9_:-]+$",
				"minLength": 1,
				"maxLength": 128
			},
			"beat_index": {
				"type": "integer",
				"minimum": 0,
				"maximum": 0x8000000000000000
			},
			"state": { "enum": [
				"idle",
				"planning",
				"executing",
				"reviewing",
				"completed",
				"failed",
				"blocked",
				"helping"
			] },
			"beats_left": {
				"type": "integer",
				"minimum": 0,
				"maximum": 1e3
			},
			"progress": {
				"type": "number",
				"minimum": 0,
				"maximum": 1
			},
			"notes": {
				"type": "string",
				"maxLength": 256
			},
			"hlc": {
				"type": "string",
				"pattern": "^[0-9a-fA-F]{4}:[0-9a-fA-F]{4}:[0-9a-fA-F]{4}$"
			},
			"resources": {
				"type": "object",
				"properties": {
					"cpu_percent": {
						"type": "number",
						"minimum": 0
					},
					"memory_mb": {
						"type": "number",
						"minimum": 0
					},
					"disk_io_ops": {
						"type": "number",
						"minimum": 0
					},
					"network_kb": {
						"type": "number",
						"minimum": 0
					}
				}
			},
			"dependencies": {
				"type": "array",
				"items": {
					"type": "string",
					"pattern": "^[a-zA-Z0-9_:-]+$",
					"minLength": 1,
					"maxLength": 128
				}
			},
			"metadata": { "type": "object" }
		}
	},
	"report": {
		"type": "object",
		"required": [
			"type",
			"window_id",
			"from_beat",
			"to_beat",
			"agents_reporting",
			"on_time_reviews",
			"help_promises_fulfilled",
			"secret_rotations_ok",
			"tempo_drift_ms"
		],
		"properties": {
			"type": {
				"type": "string",
				"const": "backbeat.barreport.v1"
			},
			"window_id": {
				"type": "string",
				"pattern": "^[0-9a-fA-F]{32}$"
			},
			"from_beat": {
				"type": "integer",
				"minimum": 0,
				"maximum": 0x8000000000000000
			},
			"to_beat": {
				"type": "integer",
				"minimum": 0,
				"maximum": 0x8000000000000000
			},
			"agents_reporting": {
				"type": "integer",
				"minimum": 0
			},
			"on_time_reviews": {
				"type": "integer",
				"minimum": 0
			},
			"help_promises_fulfilled": {
				"type": "integer",
				"minimum": 0
			},
			"secret_rotations_ok": { "type": "boolean" },
			"tempo_drift_ms": { "type": "number" },
			"issues": {
				"type": "array",
				"items": {
					"type": "object",
					"required": [
						"severity",
						"category",
						"count"
					],
					"properties": {
						"severity": { "type": "string" },
						"category": { "type": "string" },
						"count": {
							"type": "integer",
							"minimum": 0
						}
					}
				},
				"maxItems": 100
			}
		}
	}
};
var codePointCount = (text) => CodePointCount(text);
var isMultipleOf = (value, step) => IsMultipleOf(value, step);
export { checks, codePointCount, IsDateTime as isDateTime, isMultipleOf, schemas };
