import Foundation
import NotebookRuns

/// The folder of a sweep: its plan, its notebook, and what its tasks have left.
///
///     sweep.json  tasks.tsv  source.ipynb
///     outputs/00012.ipynb   what a task made
///     logs/00012.log        what it printed
///     state/00012.1.claim   who runs it, the first time
///     state/00012.1.end     how that ended
///     slurm/                the scripts that were submitted
public struct SweepFolder: Sendable {
    public let url: URL
    private(set) var plan: SweepPlan

    /// Opens the folder of a sweep; throws `RunError` if it is not one.
    public init(opening url: URL) throws {
        self.url = url
        guard let data = try? Data(contentsOf: url.appending(path: "sweep.json")) else {
            throw RunError("\(url.relativePath) is no folder of a sweep: it has no sweep.json")
        }
        do {
            plan = try JSONDecoder().decode(SweepPlan.self, from: data)
        } catch {
            throw RunError("\(url.relativePath)/sweep.json is damaged: \(error)")
        }
    }

    /// Makes the folder of a sweep, or opens the one that is there, to which tasks may be added.
    ///
    /// Throws `RunError` if a parameter does not fit the notebook, or if the folder holds another sweep.
    public init(
        making url: URL, notebook: URL, name: String, workingFolder: URL, timeout: Double?,
        grid: ParameterGrid
    ) throws {
        let source = "source." + notebook.pathExtension
        var plan = SweepPlan(
            name: name, source: source, workingFolder: workingFolder.standardizedFileURL.path,
            timeout: timeout,
            names: grid.names, rows: grid.rows)
        try Self.check(plan, notebook)
        guard let text = try? Data(contentsOf: notebook) else { throw RunError("\(name) cannot be read") }
        for part in ["outputs", "logs", "state", "slurm"] {
            do {
                try FileManager.default.createDirectory(
                    at: url.appending(path: part), withIntermediateDirectories: true)
            } catch {
                throw RunError("\(url.relativePath) cannot be made: \(error.localizedDescription)")
            }
        }
        self.url = url
        let lock = FolderLock(url.appending(path: ".lock"))
        defer { lock.release() }
        if FileManager.default.fileExists(atPath: url.appending(path: "sweep.json").path) {
            let former = try SweepFolder(opening: url)
            let kept = try? Data(contentsOf: url.appending(path: former.plan.source))
            plan.rows = try Self.union(former.plan, plan, isSameSource: kept == text, url)
            try Self.checkTypes(former.plan, plan, notebook, url)
        } else {
            try Self.checkHasNoTasks(url)
            try AtomicFile.write(text, to: url.appending(path: source))
        }
        self.plan = plan
        try write()
    }

    /// Throws if tasks have run in a folder whose plan is gone: their outputs would count as those of other parameters.
    private static func checkHasNoTasks(_ url: URL) throws {
        let state = url.appending(path: "state").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: state)) ?? []
        guard !names.contains(where: { $0.hasSuffix(".claim") }) else {
            throw RunError(
                "\(url.relativePath) holds tasks of a sweep whose sweep.json is gone, so nothing tells their parameters; "
                    + "give another folder (-o)")
        }
    }

    private static func refusal(_ url: URL, _ what: String) -> RunError {
        RunError("\(url.relativePath) holds another sweep: \(what); give another folder (-o)")
    }

    /// Throws if tasks of a former plan would run something else with the types that the new values bring: where nothing declares
    /// `alpha`, 1 and 2 are an `Int`, and beside 0.5 they are a `Double`.
    private static func checkTypes(_ former: SweepPlan, _ plan: SweepPlan, _ file: URL, _ url: URL) throws {
        let (before, now) = (former.types, plan.types)
        guard before != now, !former.rows.isEmpty else { return }
        let notebook = try Notebook(contentsOf: file)
        let cells = try [before, now].map { types in
            try Injection(of: former.parameters(of: 0, types), into: notebook, named: plan.name).result()
                .cells
        }
        guard cells[0] == cells[1] else {
            let names = zip(plan.names, zip(before, now)).filter { $1.0 != $1.1 }.map(\.0)
            throw refusal(
                url,
                "the new values of \(names.joined(separator: ", ")) are of another type than those that it has"
            )
        }
    }

    /// The rows of a former plan, with new ones after them.
    private static func union(_ former: SweepPlan, _ plan: SweepPlan, isSameSource: Bool, _ url: URL) throws
        -> [[String]]
    {
        func refuse(_ what: String) -> RunError { refusal(url, what) }
        guard isSameSource, former.source == plan.source else {
            throw refuse("its notebook, \(former.name), was different when it was begun")
        }
        guard former.names == plan.names else {
            throw refuse("its parameters are \(former.names.joined(separator: ", "))")
        }
        guard former.workingFolder == plan.workingFolder else {
            throw refuse("its cells run in \(former.workingFolder)")
        }
        let wanted = Set(plan.rows)
        if let gone = former.rows.indices.first(where: { !wanted.contains(former.rows[$0]) }) {
            throw refuse("it has the task \(former.words(for: gone))")
        }
        let known = Set(former.rows)
        return former.rows + plan.rows.filter { !known.contains($0) }
    }

    /// Throws if a task is there twice or its parameters do not fit.
    private static func check(_ plan: SweepPlan, _ file: URL) throws {
        let notebook = try Notebook(contentsOf: file)
        let types = plan.types
        var seen: Set<[String]> = []
        var known: Set<String> = []
        for (task, row) in plan.rows.enumerated() {
            guard seen.insert(row).inserted else {
                throw RunError("the grid has the task \(plan.words(for: task)) twice")
            }
            // Whether a value fits does not depend on the others.
            let values = row.enumerated().map { "\($0.offset)=\($0.element)" }
            guard !known.isSuperset(of: values) else { continue }
            known.formUnion(values)
            _ = try Injection(of: plan.parameters(of: task, types), into: notebook, named: plan.name).result()
        }
    }

    private func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try AtomicFile.write(try encoder.encode(plan), to: url.appending(path: "sweep.json"))
        var table = SeparatedText.line(["task"] + plan.names, separator: "\t")
        for (task, row) in plan.rows.enumerated() {
            table += SeparatedText.line([plan.name(of: task)] + row, separator: "\t")
        }
        try AtomicFile.write(Data(table.utf8), to: url.appending(path: "tasks.tsv"))
    }

    /// How many tasks there are.
    public var count: Int { plan.rows.count }

    func output(of task: Int) -> URL { url.appending(path: "outputs/\(plan.name(of: task)).ipynb") }
    func log(of task: Int) -> URL { url.appending(path: "logs/\(plan.name(of: task)).log") }
    var state: URL { url.appending(path: "state") }

    /// What a task runs.
    func job(of task: Int) throws -> NotebookJob {
        var options = NotebookRun.Options()
        options.timeout = plan.timeout
        return NotebookJob(
            source: url.appending(path: plan.source), name: plan.name,
            parameters: try plan.parameters(of: task, plan.types),
            output: output(of: task), folder: URL(fileURLWithPath: plan.workingFolder), options: options,
            keepsRecord: false)
    }

    /// The task of a number that is given as text; throws `RunError` if there is none.
    public func task(named name: String) throws -> Int {
        guard let number = Int(name), plan.rows.indices.contains(number) else {
            throw RunError("\(url.relativePath) has no task \(name); it has 0 to \(plan.rows.count - 1)")
        }
        return number
    }
}
