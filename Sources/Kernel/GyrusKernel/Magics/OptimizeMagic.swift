import SwiftCells

extension Magic {
    static let optimize = Magic(
        name: "optimize", usage: "%optimize [on|off|auto]",
        help: "compile the cells that follow with -O: always, never, or if they have loops or functions"
    ) { call, run in
        if !call.arguments.isEmpty {
            guard let wanted = Optimization(rawValue: call.arguments) else {
                throw MagicError("%optimize takes on, off or auto, not \(call.arguments)")
            }
            run.session.compiler { $0.optimization = wanted }
        }
        run.print("optimize: \(run.session.compiler { $0.optimization }.rawValue)")
    }
}
