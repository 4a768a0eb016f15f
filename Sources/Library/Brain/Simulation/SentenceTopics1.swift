/// The first half of the sentences that a simulated subject reads: twelve topics of sixteen sentences each.
let sentenceTopics1: [(topic: String, sentences: String)] = [
    (
        "animals",
        """
        The old dog slept beside the warm stove all afternoon.
        A heron stood motionless in the shallow water, waiting for a fish.
        Elephants remember the paths to water holes for many years.
        The cat knocked a glass off the table and watched it fall.
        Honeybees dance to tell the hive where the flowers are.
        A fox crossed the snowy field before sunrise.
        Octopuses can open jars and squeeze through tiny gaps.
        The mare nudged her newborn foal until it stood.
        Wolves hunt in packs and share the kill by rank.
        A spider rebuilt its web between the garden chairs.
        Penguins huddle together to survive the Antarctic winter.
        The parrot repeated every word the children taught it.
        Salmon return to the river where they were born.
        Two squirrels chased each other around the trunk of an oak.
        The snake shed its skin and left it under a rock.
        Crows have been seen using sticks to reach insects.
        """
    ),
    (
        "cooking",
        """
        Chop the onions finely and fry them until they turn golden.
        She kneaded the dough for ten minutes and left it to rise.
        The soup needs more salt and a squeeze of lemon.
        He burned the toast while reading the newspaper.
        Bring a large pot of water to the boil before adding the pasta.
        My grandmother baked apple pies every Sunday.
        Garlic and ginger sizzled in the hot pan.
        The chef tasted the sauce and nodded slowly.
        Slice the cucumbers thinly and sprinkle them with vinegar.
        A good knife makes cooking faster and safer.
        The cake sank in the middle because the oven was opened too early.
        They grilled fish over charcoal on the beach.
        Melt the butter, then whisk in the flour.
        Fresh basil loses its scent within a few days.
        The recipe calls for two eggs and a cup of sugar.
        We ate the stew with thick slices of rye bread.
        """
    ),
    (
        "weather",
        """
        Heavy rain flooded the streets near the river last night.
        A thin layer of frost covered the windscreen.
        The forecast promises sunshine for the whole weekend.
        Thunder rolled across the valley long after the lightning.
        The wind tore the roof from an empty barn.
        Fog hid the bridge until late in the morning.
        It has not rained in the village for three months.
        Snow began to fall as the last bus left.
        The hurricane weakened before it reached the coast.
        A rainbow appeared over the harbour after the storm.
        The heat made the asphalt soft under our shoes.
        Clouds gathered quickly above the mountain pass.
        Hailstones the size of marbles dented the cars.
        A cold front will arrive from the north on Tuesday.
        The air felt heavy and still before the storm.
        Drizzle turned the dusty path into mud.
        """
    ),
    (
        "music",
        """
        The pianist closed her eyes during the slow movement.
        He tuned his guitar while the crowd waited.
        The choir sang in the cathedral on Christmas Eve.
        A single violin carried the melody above the orchestra.
        The drummer kept a steady beat through the whole song.
        She hummed a lullaby to the restless baby.
        The trumpet sounded bright and a little sharp.
        They recorded the album in an abandoned church.
        The concert ended with three encores and a standing ovation.
        He taught himself to play the flute from old books.
        The radio played the same tune every hour.
        Jazz musicians often improvise over a familiar chord sequence.
        The opera lasted four hours with two intervals.
        A street musician played the accordion near the station.
        The bass was so loud that the windows rattled.
        She wrote the lyrics on the back of an envelope.
        """
    ),
    (
        "medicine",
        """
        The doctor listened to the patient's chest and frowned.
        A nurse changed the bandage twice a day.
        The vaccine protects most children against measles.
        He takes a small white pill for his blood pressure.
        The surgeon removed the tumour through a tiny incision.
        An X-ray showed that the wrist was broken in two places.
        She has been allergic to penicillin since childhood.
        The ambulance reached the hospital in six minutes.
        Doctors disagree about the cause of the mysterious fever.
        The dentist filled a cavity in his lower molar.
        Regular exercise lowers the risk of heart disease.
        The infection spread from the wound to the blood.
        A blind trial compared the new drug with a placebo.
        The physiotherapist showed her how to stretch the injured knee.
        His hearing has been getting worse for years.
        The clinic offers free eye tests on Mondays.
        """
    ),
    (
        "money",
        """
        The bank raised its interest rates for the third time this year.
        She saved a little money every month for a bicycle.
        Shares in the company fell sharply after the announcement.
        He forgot to pay the electricity bill.
        The price of bread has doubled since the war began.
        Investors worry that the economy is slowing down.
        The shop gives a discount to students and pensioners.
        They borrowed money to repair the leaking roof.
        The accountant found an error in the tax return.
        Tourists exchange their currency at the airport.
        A wealthy merchant paid for the new library.
        The government plans to cut spending on roads.
        He counted the coins twice before handing them over.
        The startup ran out of cash after eighteen months.
        Her salary barely covers the rent of the flat.
        Insurance companies refused to pay for the damage.
        """
    ),
    (
        "sport",
        """
        The striker scored twice in the final ten minutes.
        She swam the last lap faster than anyone expected.
        The referee blew the whistle and pointed to the penalty spot.
        He twisted his ankle during the first set.
        The marathon runners passed through the old town at noon.
        Our team lost every game of the season.
        The boxer raised his gloves to the cheering crowd.
        A wave threw the surfer from her board.
        The goalkeeper dived to the left and caught the ball.
        They practise free throws for an hour after school.
        The cyclist attacked on the steepest part of the climb.
        Chess players need stamina as well as skill.
        The gymnast landed without a single wobble.
        Rain delayed the cricket match until the afternoon.
        The coach shouted instructions from the side of the pitch.
        Skiers waited in line for the first lift of the day.
        """
    ),
    (
        "travel",
        """
        The train to Vienna leaves from platform nine.
        We lost our luggage somewhere between Lisbon and Rome.
        The ferry crosses the strait four times a day.
        She packed a small bag and bought a one-way ticket.
        The hotel overlooked a quiet bay with fishing boats.
        A customs officer stamped their passports without looking up.
        The road through the desert is straight for a hundred miles.
        He sent a postcard from every city that he visited.
        The flight was delayed because of fog at the airport.
        They hiked along the coast with heavy rucksacks.
        The taxi driver refused to use the meter.
        An old map led them to the ruins in the forest.
        The night bus was crowded and smelled of oranges.
        Cyclists share the narrow bridge with pedestrians.
        We camped beside a lake at the foot of the glacier.
        The guide told stories about the castle and its ghosts.
        """
    ),
    (
        "family",
        """
        My brother moved back in with our parents last spring.
        The twins argued over who would sit by the window.
        Her grandfather never spoke about the war.
        The whole family gathered for my aunt's eightieth birthday.
        He taught his daughter to ride a bicycle in the park.
        The baby laughed whenever someone sneezed.
        They named their son after his uncle.
        She writes to her mother every week.
        The cousins met for the first time at a funeral.
        My sister keeps all our old letters in a tin box.
        Father carved the roast while everyone waited.
        The children drew a birthday card for their grandmother.
        He misses his wife most in the evenings.
        Their parents divorced when they were very young.
        The little boy refused to go to bed without his bear.
        She has her father's eyes and her mother's temper.
        """
    ),
    (
        "law",
        """
        The jury found the defendant not guilty.
        A witness described the man who ran from the bank.
        The judge postponed the trial until September.
        Police closed the road after finding a suspicious package.
        He was fined for parking in front of a fire station.
        The lawyer read the contract line by line.
        Parliament passed a law against plastic bags.
        The thief escaped through a window on the second floor.
        She appealed against the decision and won.
        Detectives searched the house for fingerprints.
        The prisoner was released after serving half of his sentence.
        A new rule forbids smoking in public parks.
        The court ordered the factory to clean the river.
        Nobody could explain how the evidence had disappeared.
        The officer asked to see the driver's licence.
        They signed the treaty after months of negotiation.
        """
    ),
    (
        "space",
        """
        The rocket carried three astronauts to the space station.
        Saturn's rings are made mostly of ice.
        A telescope in Chile photographed the distant galaxy.
        The moon was full and very low over the sea.
        Meteors burn up when they enter the atmosphere.
        The probe landed on a comet and sent back pictures.
        Astronomers discovered a planet that orbits two stars.
        Light from the sun takes eight minutes to reach us.
        The crew repaired the solar panel during a space walk.
        Mars has the largest volcano in the solar system.
        A black hole bends the light that passes near it.
        The satellite measures the height of the oceans.
        Children watched the eclipse through dark glasses.
        Jupiter is heavier than all the other planets together.
        The capsule splashed down in the Pacific at dawn.
        Radio signals from the old spacecraft are growing faint.
        """
    ),
    (
        "school",
        """
        The teacher wrote the date on the blackboard.
        He failed the chemistry exam and had to repeat the year.
        Pupils whispered at the back of the classroom.
        She won a prize for her essay about migration.
        The school library closes at five on weekdays.
        Nobody raised a hand when the question was asked.
        The headmaster introduced the new mathematics teacher.
        They learned the poem by heart in one evening.
        A bell rings at the end of every lesson.
        The students built a bridge out of paper and string.
        He sharpened three pencils before the test.
        The lecture on Roman history was full.
        Her thesis compares the grammars of two island languages.
        The kindergarten children painted their hands green.
        Homework is due on Friday morning.
        The professor forgot his glasses in the lecture hall.
        """
    ),
]
