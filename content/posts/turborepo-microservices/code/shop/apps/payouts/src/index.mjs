// payouts
