/// The towers of a model.
struct Towers: Sendable {
    var text: TextTower?
    var image: ImageTower?
    /// Why a tower that the files describe is not there.
    var textProblem: String?
    var imageProblem: String?
    /// What the user should know of how the files were read.
    var notes: [String] = []
    /// What the file of weights says about the model, by name.
    var card: [(name: String, text: String)] = []
    /// Whether they are momentum twins.
    var isMomentum = false
    /// The slow copies of both towers that were kept in training, if the file has them.
    var momentum: (@Sendable () throws -> Towers)?
    /// The numbers of the towers' products.
    var precision: Precision { text?.precision ?? image?.precision ?? .float32 }

    /// The towers of files that may have both; if one of them cannot be read, the other is there, and why.
    ///
    /// Throws what is wrong with both if neither can be read, and `CancellationError`.
    static func halves(text: () throws -> TextTower?, image: () throws -> ImageTower?) throws -> Towers {
        var towers = Towers()
        var problems: [any Error] = []
        do { towers.text = try text() } catch let error where !(error is CancellationError) {
            problems.append(error)
            towers.textProblem = "\(error)"
        }
        do { towers.image = try image() } catch let error where !(error is CancellationError) {
            problems.append(error)
            towers.imageProblem = "\(error)"
        }
        guard towers.text == nil, towers.image == nil else { return towers }
        if let text = towers.textProblem, let image = towers.imageProblem {
            throw FoundationModelError.input("the text tower: \(text)\nthe image tower: \(image)")
        }
        if let problem = problems.first { throw problem }
        return towers
    }

    /// The same towers, and their momentum twins, in another precision; throws if a network does not have it.
    func with(precision: Precision) throws -> Towers {
        var towers = self
        towers.text = text?.with(precision: precision)
        towers.image = try image?.with(precision: precision)
        if let momentum { towers.momentum = { try momentum().with(precision: precision) } }
        return towers
    }
}
