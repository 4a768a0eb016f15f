import Foundation
import Jupyter
import SwiftCells

extension Magic {
    static let package = Magic(
        name: "package", usage: "%package URL[@VERSION] [PRODUCTS], %package FOLDER [PRODUCTS]",
        help: "build a Swift package once and let the cells that follow import it", argument: .path
    ) { call, run in
        var request = try PackageRequest(call.arguments)
        if request.isLocal { request.place = run.session.runners.resolve(request.place) }
        if let loaded = try run.session.runners.loadedPackage(for: request) {
            // A package stays as it was loaded; a folder is checked for changes.
            guard request.isLocal else {
                let products = request.products.isEmpty ? loaded.products : request.products
                run.display([
                    "text/plain": "\(loaded.title): \(products.joined(separator: ", ")) (loaded before)"
                ])
                return
            }
            request.products = run.session.runners.state.requests[request.place]?.products ?? request.products
        }
        let started = ContinuousClock.now
        let status = StatusLine(run)
        let store = PackageStore(
            folder: Folders.cache.appending(path: "packages"), toolchain: run.session.toolchain,
            run: { try command($0, $1, run, line: $2) }, progress: status.show,
            checkStop: { if run.activity.isInterrupted { throw ErrorReports.interrupted } })
        do {
            let (package, wasBuilt) = try store.package(for: request)
            try run.session.runners.use(package, for: request)
            let how = wasBuilt ? "built in \((ContinuousClock.now - started).text)" : "built before"
            status.finish("\(package.title): \(package.products.joined(separator: ", ")) (\(how))")
        } catch {
            status.finish("%package \(call.arguments): failed")
            if error is ErrorReport || error is MagicError { throw error }
            throw MagicError("\(request.identity) could not be built: \(error)")
        }
    }

    /// Runs a command of the kernel's own that an interrupt stops.
    private static func command(
        _ executable: String, _ arguments: [String], _ run: CellRun, line: (String) -> Void
    ) throws -> (status: Int32, output: String) {
        let child = ChildProcess()
        var text = StreamText()
        var output = ""
        var variables = ProcessInfo.processInfo.environment
        variables["GIT_TERMINAL_PROMPT"] = "0"  // Nobody could answer a question.
        let environment = variables.map { "\($0.key)=\($0.value)" }
        let status = try run.activity.stoppable(child) {
            try child.run(executable, arguments, environment: environment, directory: "/") { _, data in
                let new = text.take(data)
                output += new
                if let last = new.split(separator: "\n").last { line(String(last)) }
            }
        }
        if child.wasStopped { throw ErrorReports.interrupted }
        return (status, output)
    }
}

/// A display of the progress, redrawn a few times a second.
private final class StatusLine {
    private let run: CellRun
    private let id = UUID().uuidString
    private var drawn: ContinuousClock.Instant?
    private static let interval = Duration.milliseconds(200)

    init(_ run: CellRun) { self.run = run }

    func show(_ text: String) {
        let now = ContinuousClock.now
        if let drawn, now - drawn < Self.interval { return }
        draw(text, at: now)
    }

    /// Draws the last line, which stays.
    func finish(_ text: String) { draw(text, at: .now) }

    private func draw(_ text: String, at now: ContinuousClock.Instant) {
        run.display(["text/plain": text], id: id, isUpdate: drawn != nil)
        drawn = now
    }
}
