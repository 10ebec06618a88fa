package simulator

import (
	"fmt"
	"maps"
	"slices"
)

// distort changes a healthy reply into what the fault makes of it.
func (f Fault) distort(whole object) {
	switch f.kind {
	case coded:
		whole["ActionStatus"], whole["ErrorCode"] = "FAIL", f.code
		whole["ErrorInfo"] = fmt.Sprintf("simulated error %d", f.code)
		delete(whole, "Response")
	case errorCodeText:
		whole["ErrorCode"] = fmt.Sprint(whole["ErrorCode"])
	case errorCodeMissing:
		delete(whole, "ErrorCode")
	default:
		f.distortResult(whole)
	}
}

func (f Fault) distortResult(whole object) {
	results := resultsOf(whole)
	if len(results) == 0 {
		return
	}
	data, _ := whole["Response"].(object)
	switch f.kind {
	case resultCodeText:
		for _, r := range results {
			r["ResultCode"] = fmt.Sprint(r["ResultCode"])
		}
	case resultObject:
		data["Result"] = results[0]
	case roomMissing:
		data["Result"] = results[1:]
	case roomTwice:
		data["Result"] = append(results, maps.Clone(results[0]))
	case roomConflict:
		data["Result"] = append(results, contradict(results[0]))
	case otherOrder:
		slices.Reverse(results)
	}
}

// contradict returns the entry with another ResultCode.
func contradict(result object) object {
	other := maps.Clone(result)
	other["ResultCode"] = resultNotFound
	if result["ResultCode"] == resultNotFound {
		other["ResultCode"] = resultOK
	}
	return other
}
