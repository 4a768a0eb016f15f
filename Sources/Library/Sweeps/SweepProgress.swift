import Display
import JSON

/// Where the tasks of a sweep stand, as a table that follows them.
struct SweepProgress: Displayable {
    private struct Row {
        let task: Int
        let status, parameters, detail: String
    }
    private let folder: String
    private let rows: [Row]

    /// How many of the tasks that run or failed are shown.
    private static let limit = 12

    init?(_ folder: String, _ json: JSON) {
        guard let tasks = json["tasks"]?.array else { return nil }
        self.folder = folder
        rows = tasks.compactMap { task in
            guard let number = task["task"]?.int, let status = task["status"]?.string else { return nil }
            let parameters = (task["parameters"]?.object ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value.string ?? "")" }
            return Row(
                task: number, status: status, parameters: parameters.joined(separator: " "),
                detail: task["detail"]?.string ?? "")
        }
    }

    private func rows(_ words: String...) -> [Row] { rows.filter { words.contains($0.status) } }

    /// Whether tasks wait or run.
    var isOpen: Bool { !rows("queued", "running").isEmpty }
    var hasFailures: Bool { !rows("failed", "vanished").isEmpty }

    /// The tasks that failed, and with what.
    var failures: String {
        let failed = rows("failed", "vanished")
        let shown = failed.prefix(Self.limit).map { "\($0.parameters): \($0.status) (\($0.detail))" }
        let rest = failed.count > shown.count ? ["and \(failed.count - shown.count) more"] : []
        return "\(failed.count) of the \(rows.count) tasks in \(folder) failed:\n"
            + (shown + rest).joined(separator: "\n")
    }

    var mimeBundle: MIMEBundle {
        let counts = ["done", "running", "queued", "pending", "failed", "vanished"].compactMap {
            word -> String? in
            let count = rows(word).count
            return count > 0 ? "\(count) \(word)" : nil
        }
        let open = Array((rows("failed", "vanished") + rows("running") + rows("queued")).prefix(Self.limit))
        let title = "\(folder): \(rows.count) tasks, " + counts.joined(separator: ", ")
        guard !open.isEmpty else { return .plain(title) }
        return Table(
            title,
            [
                .counts("task", open.map(\.task)), .text("parameters", open.map(\.parameters)),
                .text("status", open.map(\.status)), .text("", open.map(\.detail)),
            ]
        ).mimeBundle
    }
}
