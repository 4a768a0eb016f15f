/// Why a model could not be loaded or used.
public enum FoundationModelError: Error, CustomStringConvertible, Sendable {
    /// No model of that name was found in any of the places.
    case notFound(name: String, searched: [String])
    /// A file is missing, or is not what it should be.
    case file(path: String, problem: String)
    /// A checkpoint's tensors are not those of the architecture; a line for each.
    case parameters(path: String, problems: [String])
    /// The model has no part of that kind.
    case missingPart(model: String, part: String, has: String)
    /// The model has a part of that kind that cannot be read; the rest of it can.
    case unreadPart(model: String, part: String, why: String)
    /// No layer has that name; `near` are those that are spelled like it.
    case unknownLayer(String, model: String, known: [String], near: [String])
    /// An input that the model cannot take.
    case input(String)

    public var description: String {
        switch self {
        case .notFound(let name, let searched):
            "no model \"\(name)\" was found; these places were searched:\n"
                + searched.map { "  " + $0 }.joined(separator: "\n")
                + "\nGive a folder, or name in GYRUS_MODELS the folders that hold your models. "
                + "Models of the Hugging Face hub are called OWNER/NAME (google-bert/bert-base-uncased)."
        case .file(let path, let problem): "\(path): \(problem)"
        case .parameters(let path, let problems):
            "\(path) does not fit its configuration:\n"
                + problems.prefix(20).map { "  " + $0 }.joined(separator: "\n")
                + (problems.count > 20 ? "\n  and \(problems.count - 20) more" : "")
        case .missingPart(let model, let part, let has): "\(model) has no \(part); it has \(has)"
        case .unreadPart(let model, let part, let why): "the \(part) of \(model) cannot be read: \(why)"
        case .unknownLayer(let name, let model, let known, let near):
            "no layer of \(model) is called \"\(name)\""
                + guess(near)
                + "; its layers are \(known.joined(separator: ", "))"
        case .input(let problem): problem
        }
    }

    private func guess(_ names: [String]) -> String {
        names.isEmpty ? "" : " (perhaps \(names.map { "\"\($0)\"" }.joined(separator: " or ")))"
    }
}
