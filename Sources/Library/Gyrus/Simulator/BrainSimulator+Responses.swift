import Brain
import Encoding
import Formats
import FoundationModels
import Tensors

extension BrainSimulator {
    /// The predicted response to images: a map for each, as if it were shown for long.
    ///
    /// - Parameter images: the images, each with a response of its own.
    ///
    /// Throws `SimulatorError` if the simulator is one of texts, and what the features throw.
    public func respond(to images: any ImageSource) throws -> SimulatedResponse {
        response(try features(of: images), images.names)
    }

    /// The predicted response to images in memory; see the one for a source.
    ///
    /// - Parameters:
    ///   - images: the images, each with a response of its own.
    ///   - names: what they are called; nil for their numbers.
    public func respond(to images: [RGBImage], names: [String]? = nil) throws -> SimulatedResponse {
        if let names, names.count != images.count {
            throw SimulatorError("\(names.count) names came for \(images.count) images")
        }
        return response(
            try features(of: ImagesInMemory(images)), names ?? images.indices.map { "image \($0)" })
    }

    /// The predicted response to texts: a map for each.
    ///
    /// - Parameter texts: the texts, each with a response of its own.
    ///
    /// Throws `SimulatorError` if the simulator is one of images, and what the features throw.
    public func respond(to texts: [String]) throws -> SimulatedResponse {
        response(try features(of: texts), texts)
    }

    /// The predicted response to one text.
    public func respond(to text: String) throws -> SimulatedResponse { try respond(to: [text]) }

    /// The predicted response while a film runs, one frame per sample: the time course of each voxel.
    ///
    /// Throws `SimulatorError` if the simulator is one of texts, or of responses to single stimuli.
    ///
    /// - Parameter frames: the frame of each sample.
    public func respond(toFilm frames: any ImageSource) throws -> SimulatedResponse {
        try course(features(of: frames), frames.names)
    }

    /// The predicted response while texts are read one after another, one per sample: the time course of each voxel.
    ///
    /// Throws `SimulatorError` if the simulator is one of images, or of responses to single stimuli.
    ///
    /// - Parameter texts: the text of each sample.
    public func respond(toStory texts: [String]) throws -> SimulatedResponse {
        try course(features(of: texts), texts)
    }

    private func course(_ features: Matrix<Float>, _ names: [String]) throws -> SimulatedResponse {
        guard let time = provenance.repetitionTime, let response = provenance.hemodynamics else {
            throw SimulatorError(
                "\(name) was fitted to responses to single stimuli; time courses need a repetition time")
        }
        let standardized = weights.standardized(features)
        let slow = try standardized.convolved(with: response, repetitionTime: time)
        return self.response(standardized: standardized, names, prepared: slow, seconds: time)
    }

    /// The features of images, those of all layers side by side.
    func features(of images: any ImageSource) throws -> Matrix<Float> {
        guard modality == .images else { throw wrong("images") }
        guard images.count > 0 else { throw SimulatorError("no image came") }
        let features = try model.image.features(
            of: images, layers: .named(provenance.layers), pooling: Pooling(rawValue: provenance.pooling),
            showsProgress: false)
        return .joined(features.map(\.matrix))
    }

    /// The features of texts, those of all layers side by side.
    func features(of texts: [String]) throws -> Matrix<Float> {
        guard modality == .texts else { throw wrong("texts") }
        guard !texts.isEmpty else { throw SimulatorError("no text came") }
        let features = try model.features(
            of: texts, layers: .named(provenance.layers), pooling: Pooling(rawValue: provenance.pooling),
            showsProgress: false)
        return .joined(features.map(\.matrix))
    }

    private func wrong(_ came: String) -> SimulatorError {
        SimulatorError("\(name) answers to \(modality.rawValue), to which it was fitted, not to \(came)")
    }

    /// The predictions by features as the model makes them.
    func response(_ features: Matrix<Float>, _ names: [String]) -> SimulatedResponse {
        let standardized = weights.standardized(features)
        return response(standardized: standardized, names, prepared: standardized)
    }

    /// The predictions by features that the regression sees, of stimuli with these standardized features.
    private func response(
        standardized: Matrix<Float>, _ names: [String], prepared: Matrix<Float>, seconds: Double? = nil
    ) -> SimulatedResponse {
        let distances = FeatureDistance.distances(standardized, weights.covarianceFactor)
        return SimulatedResponse(
            subject: name, stimuli: names, values: weights.predict(prepared), residuals: residuals,
            shareNearer: distances.map(weights.shareNearer), space: space, regions: regions,
            secondsPerSample: seconds, prepared: prepared, weights: weights)
    }
}

extension ImageSource {
    /// What the images are called.
    var names: [String] { (0..<count).map { "\(unit.singular) \(name($0))" } }
}

extension String {
    /// The unit of a source for one of them: `frame` of `frames`.
    fileprivate var singular: String { hasSuffix("s") ? String(dropLast()) : self }
}
