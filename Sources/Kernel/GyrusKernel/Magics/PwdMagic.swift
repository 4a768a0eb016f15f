extension Magic {
    static let pwd = Magic(name: "pwd", usage: "%pwd", help: "print the folder that the cells are in") {
        call, run in
        guard call.arguments.isEmpty else {
            throw MagicError("%pwd takes nothing, not \(call.arguments); %cd FOLDER goes to a folder")
        }
        run.print(run.session.runners.directory)
    }
}
