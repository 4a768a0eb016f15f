import Encoding
import Tables

extension DataTable {
    /// The events of a BIDS table (`…_events.tsv`), for a general linear model.
    ///
    /// ```swift
    /// let events = try DataTable.open("sub-01_task-objects_run-1_events.tsv").stimulusEvents()
    /// let betas = try GLM(repetitionTime: 2).trialBetas(responses, events: events)
    /// ```
    ///
    /// - Parameters:
    ///   - condition: the column of the conditions; another one, such as `stim_file`, gives a condition to each stimulus.
    ///   - amplitude: the column of the regressors' heights; all are 1 if nil.
    ///
    /// Throws `TableError` if `onset`, `duration` or another column is not there, or a time is missing. A row without a
    /// condition is left out.
    public func stimulusEvents(condition: String = "trial_type", amplitude: String? = nil) throws
        -> [StimulusEvent]
    {
        let onsets = try self["onset", as: Double.self]
        let durations = try self["duration", as: Double.self]
        let conditions = try self[condition].values
        let amplitudes = try amplitude.map { try self[$0, as: Double.self] }
        return try (0..<rowCount).compactMap { row in
            guard !conditions[row].isMissing else { return nil }
            guard onsets[row].isFinite, durations[row].isFinite else {
                throw EncodingError.parameter(
                    name: "the time of row \(row)", value: "missing",
                    expected: "an onset and a duration in seconds")
            }
            return StimulusEvent(
                onset: onsets[row], duration: durations[row], condition: conditions[row].description,
                amplitude: amplitudes?[row] ?? 1)
        }
    }
}
